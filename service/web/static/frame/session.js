// Who is signed in, and what happens when that ends. What a step throws is said to the person.

import { Api, OVER, Problem } from "./api.js";
import { say } from "./say.js";

const PATH = "/v1/session";

export class Session {
  api = new Api().end(); // one for each session: it ends with it
  user = null; // while nobody is signed in
  #started;
  #ended;
  #leaving = new Set();
  #out = null; // until the last session has ended on the server: its answer takes the cookie away

  /** `started()` shows the page to the user who has signed in; `ended()` takes everything off the screen. */
  constructor({ started, ended }) {
    this.#started = started;
    this.#ended = ended;
  }

  /** How one may sign in here. */
  ways() {
    return new Api().get("/v1/sign-in");
  }

  /** By {name, password}, or {token}; false = the service does not know them. */
  async signIn(secret) {
    await this.#out;
    try {
      await this.#begin(await new Api().post(PATH, secret));
    } catch (problem) {
      if (problem.name === "wrong-secret") return false;
      this.report(problem);
    }
    return true;
  }

  /** Go on with the session that this browser has. */
  resume() {
    return this.guarded(async () => this.#begin(await new Api().get(PATH)));
  }

  async #begin(user) {
    const api = new Api();
    await api.start();
    [this.user, this.api] = [user, api];
    say("");
    await this.#started();
  }

  /** How the session stands. To ask is no sign of life. */
  state() {
    return this.api.get(PATH);
  }

  /** Somebody sits here. */
  live() {
    return this.api.post(`${PATH}/activity`);
  }

  /** `last()` is waited for before the session ends because the person wants it to. */
  beforeLeaving(last) {
    this.#leaving.add(last);
  }

  /** End it on the server, too; and at the identity provider, where it knows how. */
  async signOut(text = "") {
    await Promise.all([...this.#leaving].map((last) => last()));
    this.end(text);
    this.#out = this.guarded(() => new Api().delete(PATH));
    const ended = await this.#out;
    if (/^https?:/.test(ended?.continue_at ?? "")) location.assign(ended.continue_at);
  }

  /** Take everything that was shown off the screen. */
  end(text = "", problem = false) {
    this.api.end();
    this.#ended();
    this.user = null;
    say(text, { problem });
  }

  /** Whether the user may call an operation that this service has. */
  offers(operation) {
    return this.api.offers(operation);
  }

  takes(operation, parameter) {
    return this.api.takes(operation, parameter);
  }

  has(...roles) {
    return roles.some((role) => this.user?.roles.includes(role));
  }

  /** Run a step; a problem is said. */
  async guarded(step) {
    try {
      return await step();
    } catch (problem) {
      this.report(problem);
      return undefined;
    }
  }

  /** Say what the service says; the page is cleared when it no longer knows who is there. */
  report(problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (problem.name === OVER) return; // what it was asked for is off the screen
    if (problem.status !== 401) say(problem.message, { problem: true });
    else if (this.user) this.end("Your session has ended. Sign in to go on where you were.", true);
  }
}
