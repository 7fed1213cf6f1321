// The documents of a line and the evidence in them: an item is lit in both panes at once.

import { say } from "../frame/say.js";
import { light, showDocuments } from "./document.js";

export class Evidence {
  #documents = [];
  #items = [];
  #lit = [];
  #isRaw = false;
  #at;
  #save;

  /**
   * `at` = {documents, line, raw, next, previous}: the panes of the documents and of the items, and the buttons.
   * `save(document, file)`: asked for a file of a document.
   */
  constructor(at, save) {
    this.#at = at;
    this.#save = save;
    at.next.addEventListener("click", () => this.#step(1));
    at.previous.addEventListener("click", () => this.#step(-1));
    at.raw.addEventListener("click", () => this.#turnRaw(!this.#isRaw));
    at.documents.addEventListener("click", ({ target }) => {
      const items = target.closest("mark")?.dataset.items.split(" ").map(Number);
      if (items) this.reveal(items);
    });
  }

  show(documents, items) {
    this.#documents = documents;
    this.#items = items;
    this.#lit = [];
    this.#draw();
    const first = this.#at.documents.querySelector("mark.decides");
    if (first) bringIntoView(first);
    else this.#at.documents.scrollTop = 0;
  }

  clear() {
    this.show([], []);
  }

  /** Light these items, here and beside the documents, and bring the first into view. */
  reveal(ns) {
    this.#lit = ns;
    let mark = light(this.#at.documents, ns);
    if (!mark && !this.#isRaw) {
      this.#turnRaw(true);
      mark = light(this.#at.documents, ns);
    }
    for (const item of this.#at.line.querySelectorAll("[data-item]")) {
      item.setAttribute("aria-pressed", String(ns.includes(Number(item.dataset.item))));
    }
    if (mark) bringIntoView(mark);
    say(mark ? "" : "Its place in the documents cannot be shown.", { problem: !mark });
  }

  #turnRaw(raw) {
    this.#isRaw = raw;
    this.#at.raw.setAttribute("aria-pressed", String(raw));
    this.#draw();
    const mark = light(this.#at.documents, this.#lit);
    if (mark) bringIntoView(mark);
  }

  #draw() {
    showDocuments(this.#at.documents, this.#documents, this.#items, { raw: this.#isRaw, save: this.#save });
  }

  /** The evidence before or after the one that is lit, in the order in which it is listed. */
  #step(by) {
    const listed = [...this.#at.line.querySelectorAll("[data-item]")].map((each) => Number(each.dataset.item));
    if (!listed.length) return;
    const at = this.#lit.length === 1 ? listed.indexOf(this.#lit[0]) : -1;
    const first = by > 0 ? 0 : listed.length - 1;
    const n = at < 0 ? first : (at + by + listed.length) % listed.length;
    this.reveal([listed[n]]);
    this.#at.line.querySelector(`[data-item="${listed[n]}"]`).scrollIntoView({ block: "nearest" });
  }
}

function bringIntoView(mark) {
  const folded = mark.closest("details");
  if (folded) folded.open = true;
  mark.scrollIntoView({ block: "center" });
}
