// The views of the page, one at a time; the part of the address behind # names the one that is open.

import { byId } from "./dom.js";

export class Views {
  #views; // name -> {open, close}
  #guarded;
  #open = "";

  /** `guarded(open)` opens a view, and says what goes wrong. */
  constructor(views, guarded) {
    this.#views = views;
    this.#guarded = guarded;
    addEventListener("hashchange", () => this.#open && this.turn());
  }

  /** Open the view that the address names, or the first that the user may see. */
  turn() {
    const allowed = [...this.#links()].filter((link) => !link.hidden).map((link) => link.hash.slice(1));
    const named = location.hash.slice(1).split("/")[0]; // a line to come back to may follow
    const name = allowed.includes(named) ? named : allowed[0];
    if (name === this.#open) return undefined;
    this.close();
    this.#open = name;
    for (const link of this.#links()) {
      if (link.hash === `#${name}`) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    byId(name).hidden = false;
    byId(name).focus({ preventScroll: true });
    return this.#guarded(() => this.#views[name].open());
  }

  close() {
    if (!this.#open) return;
    this.#views[this.#open].close();
    byId(this.#open).hidden = true;
    this.#open = "";
  }

  #links() {
    return byId("views").querySelectorAll("a");
  }
}
