// Logging off whoever has gone away: after a while without a key or a click, with a warning before.

import { say } from "./say.js";

const MINUTE = 60_000;
const WARNS = 13 * MINUTE;
const ENDS = 15 * MINUTE;
const SIGNS_OF_LIFE = ["keydown", "pointerdown", "wheel"];

export class Idle {
  #end;
  #timers = [];
  #last = 0;

  /** `end()` ends the session. */
  constructor(end) {
    this.#end = end;
    for (const sign of SIGNS_OF_LIFE) addEventListener(sign, () => this.#live(), { capture: true, passive: true });
    // A machine that slept has not counted: the clock of the wall decides.
    addEventListener("visibilitychange", () => this.#timers.length && Date.now() - this.#last > ENDS && this.#end());
  }

  start() {
    this.stop();
    this.#last = Date.now();
    const warn = () => say("You will be signed out in two minutes: press any key to stay.", { problem: true });
    this.#timers = [setTimeout(warn, WARNS), setTimeout(() => this.#end(), ENDS)];
  }

  stop() {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
  }

  #live() {
    if (!this.#timers.length) return;
    const warned = Date.now() - this.#last > WARNS;
    this.start();
    if (warned) say("");
  }
}
