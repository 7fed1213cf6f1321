// Who is signed in, and what happens when that ends. What a step throws is said to the person.

import { Api, Problem } from "./api.js";
import { say } from "./say.js";

export class Session {
  api = null; // null while nobody is signed in
  user = null;
  #started;
  #ended;

  /** `started()` shows the page to the user who has signed in; `ended()` takes everything off the screen. */
  constructor({ started, ended }) {
    this.#started = started;
    this.#ended = ended;
  }

  signIn(token) {
    return this.guarded(async () => {
      const api = new Api(token);
      this.user = await api.get("/v1/me");
      await api.start();
      this.api = api;
      say("");
      await this.#started();
    });
  }

  /** Forget the token, and everything that was shown. */
  end(text = "", problem = false) {
    this.api = null;
    this.#ended();
    this.user = null;
    say(text, { problem });
  }

  /** Whether the user may call an operation that this service has. */
  offers(operation) {
    return Boolean(this.api?.offers(operation));
  }

  takes(operation, parameter) {
    return Boolean(this.api?.takes(operation, parameter));
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

  /** Say what the service says; the session ends when it no longer knows the token. */
  report(problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (problem.status === 401) this.end("Sign in: the token is not, or no longer, valid.", true);
    else say(problem.message, { problem: true });
  }
}
