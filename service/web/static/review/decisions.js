// What a person decides on the line that is shown: each decision is sent with the version that was read.

import { byId } from "../frame/dom.js";
import { say } from "../frame/say.js";
import { openEditForm } from "./edit_form.js";
import { headline } from "./line.js";
import { openRejectForm } from "./reject_form.js";

const DONE = {
  approve: "Approved",
  reject: "Rejected",
  change: "Changed",
  claim: "Claimed for ten minutes",
  release: "Given back",
};

export class Decisions {
  #session;
  #review;
  #busy = false;

  constructor(session, review) {
    this.#session = session;
    this.#review = review;
    const onClick = (id, act) => byId(id).addEventListener("click", () => this.#review.line && act(this.#review.line));
    onClick("approve", (line) => this.send("approve", { edits_seen: line.edits.map((edit) => edit.id) }));
    onClick("edit", (line) => openEditForm(line, (change) => this.send("change", change)));
    onClick("reject", (line) => openRejectForm(line, (rejection) => this.send("reject", rejection)));
    onClick("claim", (line) => this.send(line.claimed_by === this.#session.user.name ? "release" : "claim"));
  }

  /** Send a decision on the shown line; gives the sentence that says why it was not taken. */
  async send(step, body) {
    const { line } = this.#review;
    if (!line || this.#busy) return "";
    this.#busy = true;
    try {
      const after = await this.#session.api.decide(line, step, body);
      this.#review.clear(); // what was decided cannot be decided again while the next line is on its way
      say(`${DONE[step]}: ${headline(after)}`);
      this.#session.guarded(() => this.#review.settle(after));
      return "";
    } catch (problem) {
      return this.#refused(problem, line);
    } finally {
      this.#busy = false;
    }
  }

  async #refused(problem, line) {
    if (problem.status !== 412 && problem.name !== "edits-unseen") {
      this.#session.report(problem);
      return problem.message;
    }
    await this.#review.show(line.id, line);
    if (this.#review.line?.id === line.id) {
      say("This line, or what it stands beside, was changed meanwhile, and your decision was not taken. Here it is as it is now.", { problem: true });
    }
    return "";
  }
}
