// Taking back the last decision: offered beside what was said, with the seconds that it is surely possible.

import { byId } from "../frame/dom.js";
import { say } from "../frame/say.js";

const AT_LEAST = 10; // seconds that the offer stands

export class Undo {
  #button = byId("undo");
  #take;
  #line = null;
  #until = 0;
  #ticking;

  /** `take(line)` takes the decision on a line back. */
  constructor(take) {
    this.#take = take;
    this.#button.addEventListener("click", () => {
      const line = this.#line;
      this.withdraw();
      if (line) take(line);
    });
  }

  /** Offer to take back what was decided on a line. */
  offer(line) {
    this.#line = line;
    const held = line.undo_until ? new Date(line.undo_until).getTime() : 0;
    this.#until = Math.max(held, Date.now() + AT_LEAST * 1000);
    this.#button.hidden = false;
    clearInterval(this.#ticking);
    this.#ticking = setInterval(() => this.#tick(), 250);
    this.#tick();
  }

  withdraw() {
    this.#line = null;
    this.#button.hidden = true;
    clearInterval(this.#ticking);
  }

  #tick() {
    const left = Math.ceil((this.#until - Date.now()) / 1000);
    byId("undo-left").textContent = left > 0 ? `${left} s` : "";
    if (left > 0) return;
    this.withdraw();
    say("");
  }
}
