// Logging off whoever has gone away: after a while without a key or a click, with a warning before. The service
// counts; this page tells it when somebody sits here, and asks before it warns: another window may be in use.

import { clockOf } from "./time.js";
import { say } from "./say.js";

const SIGNS_OF_LIFE = ["keydown", "pointerdown", "wheel"];
const WARNS_BEFORE = 120_000; // ms; of a short time at most a third
const TELLS_EVERY = 30_000; // ms; of a short time at most a tenth

export class Idle {
  #session;
  #timer = 0;
  #idle = 0; // ms without a sign of life until the end
  #until = 0;
  #ends = 0; // however active
  #told = 0; // when the service last heard of a sign of life
  #warned = false;

  constructor(session) {
    this.#session = session;
    for (const sign of SIGNS_OF_LIFE) addEventListener(sign, () => this.#live(), { capture: true, passive: true });
    // A machine that slept has not counted: the clock of the wall decides.
    addEventListener("visibilitychange", () => this.#timer && this.#look());
  }

  start() {
    this.#told = Date.now();
    this.#take(this.#session.user);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#warned = false;
  }

  /** The service's clock may be another: what counts is how long is left, as it says. */
  #take({ idle_seconds, idle_until, ends_at }) {
    const skew = this.#session.api.skew;
    this.#idle = idle_seconds * 1000;
    [this.#until, this.#ends] = [idle_until, ends_at].map((moment) => new Date(moment).getTime() - skew);
    this.#wait();
  }

  #wait() {
    clearTimeout(this.#timer);
    const left = this.#until - Date.now();
    const warning = left - Math.min(WARNS_BEFORE, this.#idle / 3);
    const pause = this.#warned || warning <= 0 ? left : warning;
    this.#timer = setTimeout(() => this.#look(), Math.min(Math.max(pause, 0) + 50, 0x7fffffff));
  }

  /** Ask how things stand; then warn, end, or wait on. */
  async #look() {
    const state = await this.#session.guarded(() => this.#session.state());
    if (!state || !this.#timer) return; // it has ended, or nobody answers: the next step will tell
    const before = this.#until;
    this.#take(state);
    const left = this.#until - Date.now();
    if (left <= 0) this.#end();
    else if (left <= Math.min(WARNS_BEFORE, this.#idle / 3) + 100) this.#warn();
    else if (this.#until > before) this.#calm();
  }

  #warn() {
    this.#warned = true;
    const isLast = this.#until >= this.#ends - 1000;
    const when = clockOf(this.#until);
    const what = isLast ? "a session lasts no longer. Finish what you do." : "press any key to stay.";
    say(`You will be signed out at ${when}: ${what}`, { problem: true });
    this.#wait();
  }

  #calm() {
    if (this.#warned) say("");
    this.#warned = false;
    this.#wait();
  }

  #end() {
    this.stop();
    this.#session.signOut("You were signed out, as nobody seemed to be here. What you typed is kept.");
  }

  async #live() {
    const now = Date.now();
    if (!this.#timer || (!this.#warned && now - this.#told < Math.min(TELLS_EVERY, this.#idle / 10))) return;
    this.#told = now;
    const state = await this.#session.guarded(() => this.#session.live());
    if (!state || !this.#timer) return;
    this.#take(state);
    if (this.#until < this.#ends - 1000) this.#calm();
  }
}
