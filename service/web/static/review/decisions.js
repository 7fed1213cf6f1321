// What a person decides on the line that is shown: each decision is sent with the version that was read.

import { byId } from "../frame/dom.js";
import { askReason } from "../frame/reason_dialog.js";
import { say } from "../frame/say.js";
import { isAhead } from "../frame/time.js";
import { openAddForm } from "./add_form.js";
import { openAnswerForm } from "./answer_form.js";
import { openAskForm } from "./ask_form.js";
import { openAssignForm } from "./assign_form.js";
import { openCommentForm } from "./comment_form.js";
import { asksToConfirm, openConfirmForm } from "./confirm_form.js";
import { Drafts } from "./drafts.js";
import { openEditForm } from "./edit_form.js";
import { openHoldForm } from "./hold_form.js";
import { headline } from "./line.js";
import { enterModifiers } from "./modifiers_field.js";
import { toConfirm } from "./questions.js";
import { openRejectForm } from "./reject_form.js";
import { openSplitForm } from "./split_form.js";
import { Undo } from "./undo.js";

const DONE = {
  approve: "Approved",
  reject: "Rejected",
  change: "Changed",
  claim: "Claimed for ten minutes",
  release: "Given back",
  ask: "Asked",
  hold: "Held",
  unhold: "No longer held",
  assign: "Assigned",
  comments: "Comment kept",
  undo: "Taken back",
  add: "Added",
  split: "Split",
};
/** Steps after which the answer is not the line: it is read again. */
const BESIDE = new Set(["ask", "comments"]);
/** Said until there is one. */
export const NO_LINE = "No line is on the screen: nothing was done.";
const BUSY = "The step before is still on its way: nothing else was done.";
/** What came to stand beside a line since it was read: docs/problems.md. */
const UNSEEN = new Set(["edits-unseen", "duplicate-unseen"]);
const CAN_BE_UNDONE = new Set(["approved", "rejected"]);

export class Decisions {
  drafts;
  #session;
  #review;
  #undo = new Undo((line) => this.#takeBack(line));
  #busy = false;

  constructor(session, review) {
    this.#session = session;
    this.#review = review;
    this.drafts = new Drafts(session);
    const onClick = (id, act) => byId(id).addEventListener("click", () => this.#start(act));
    onClick("approve", (line) => this.#approve(line));
    onClick("edit", (line) => this.#openDrafted(line, "edit", openEdit));
    onClick("modifiers", (line) => {
      this.#openDrafted(line, "edit", openEdit);
      enterModifiers();
    });
    onClick("reject", () => openRejectForm((rejection) => this.send("reject", rejection)));
    onClick("add", () => openAddForm((charge) => this.send("add", charge)));
    onClick("split", (line) => this.#split(line));
    onClick("ask", (line) => openAskForm(line, (question) => this.send("ask", question)));
    onClick("hold", (line) => (line.held_until || line.hold_reason ? this.send("unhold") : openHoldForm((hold) => this.send("hold", hold))));
    onClick("comment", (line) => this.#openDrafted(line, "comment", openComment));
    onClick("assign", () => openAssignForm(this.#session.user.name, (wanted) => this.send("assign", wanted)));
    onClick("claim", (line) => this.#claim(line));
  }

  /** Write on the buttons what they will do with a line. */
  label(line) {
    byId("approve").setAttribute("aria-disabled", String(!line.code));
    const verb = line.status === "second_review" ? "Confirm" : "Approve";
    byId("approve").firstChild.textContent = asksToConfirm(line) ? `${verb}… ` : `${verb} `;
    const mine = line.claimed_by === this.#session.user.name;
    byId("claim").firstElementChild.textContent = mine ? "Give back" : this.#isOthers(line) ? "Take over" : "Claim";
    byId("split").setAttribute("aria-disabled", String(!line.code || line.units < 2));
    byId("hold").firstElementChild.textContent = line.held_until || line.hold_reason ? "Unhold" : "Hold";
  }

  /** There is no line to decide. */
  labelNone() {
    for (const id of ["approve", "split"]) byId(id).setAttribute("aria-disabled", "true");
  }

  /** A step on the line that is shown; what a key does not do is said. */
  #start(act) {
    const { line } = this.#review;
    if (!line) say(NO_LINE, { problem: true });
    else if (this.#busy) say(BUSY, { problem: true });
    else act(line);
  }

  forget() {
    this.#undo.withdraw();
  }

  /** Send a decision on the shown line; gives the sentence that says why it was not taken. */
  async send(step, body) {
    const { line } = this.#review;
    if (!line) return NO_LINE;
    if (this.#busy) return BUSY;
    this.#busy = true;
    try {
      const after = await this.#session.api.decide(line, step, body);
      this.drafts.drop(line);
      this.#review.clear(); // what was decided cannot be decided again while the next line is on its way
      const done = BESIDE.has(step) ? line : (after.items?.[0] ?? after);
      say(`${DONE[step]}: ${headline(done)}`);
      this.#offerUndo(done);
      if (step === "add") this.#review.bringBack(after);
      else if (step === "split") this.#session.guarded(() => this.#review.showParts(after.items));
      else this.#session.guarded(() => (BESIDE.has(step) ? this.#review.show(line.id) : this.#review.settle(after)));
      return "";
    } catch (problem) {
      return this.#refused(problem, line);
    } finally {
      this.#busy = false;
    }
  }

  /** Record what a clinician answered to a question. */
  answer(asked) {
    return this.#session.guarded(async () => {
      const path = `/v1/questions/${encodeURIComponent(asked.id)}`;
      const question = await this.#session.api.get(path);
      openAnswerForm(question, (body) => this.#onQuestion(question, "answer", body, "Answer recorded"));
    });
  }

  withdraw(question) {
    return this.#onQuestion(question, "withdraw", { reason: "withdrawn by a coder" }, "Question withdrawn");
  }

  async #onQuestion(question, step, body, done) {
    const { line } = this.#review;
    const path = `/v1/questions/${encodeURIComponent(question.id)}/${step}`;
    this.#review.awaitChange(line.id);
    try {
      await this.#session.api.post(path, body, { "If-Match": `"${question.version}"` });
    } catch (problem) {
      this.#session.report(problem);
      return problem.message;
    }
    say(`${done}: ${question.element}. The line is drawn up anew.`);
    await this.#session.guarded(() => this.#review.show(line.id));
    return "";
  }

  /** A lead may take a line over from who is at it, and says why. */
  #claim(line) {
    if (this.#isOthers(line) && this.#session.has("lead")) {
      const send = (reason) => this.send("claim", { take_over: reason });
      askReason({ title: "Take over", text: `${line.claimed_by} is working on this line.`, verb: "Take over", send });
    } else this.send(line.claimed_by === this.#session.user.name ? "release" : "claim");
  }

  #approve(line) {
    if (!line.code) say("No code yet: ask the clinician, edit or reject.", { problem: true });
    else if (!asksToConfirm(line)) this.send("approve", seenOn(line));
    else {
      openConfirmForm(line, () => this.send("approve", seenOn(line)));
      this.#review.light(toConfirm(line).map((question) => question.element));
    }
  }

  #split(line) {
    if (!line.code || line.units < 2 || line.kind === "CD") say("Only a charge of several units can be split.", { problem: true });
    else openSplitForm(line, (split) => this.send("split", split));
  }

  #isOthers(line) {
    return line.claimed_by && line.claimed_by !== this.#session.user.name && isAhead(line.claimed_until);
  }

  /** At once: what is typed next goes into the form, and decides nothing. */
  #openDrafted(line, form, open) {
    const draft = this.drafts.of(line, form);
    const typed = (values) => this.drafts.keep(line, form, values);
    open(line, { draft, typed, send: (step, body) => this.send(step, body) });
  }

  #offerUndo(line) {
    const can = CAN_BE_UNDONE.has(line.status) && this.#session.offers("POST /v1/candidates/{}/undo");
    if (can) this.#undo.offer(line);
    else this.#undo.withdraw();
  }

  #takeBack(line) {
    return this.#session.guarded(async () => {
      const again = await this.#session.api.decide(line, "undo");
      say(`${DONE.undo}: ${headline(again)}`);
      this.#review.bringBack(again);
    });
  }

  async #refused(problem, line) {
    if (problem.status !== 412 && !UNSEEN.has(problem.name)) {
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

/** What an approval names: all that was shown beside the code. */
const seenOn = (line) => ({
  edits_seen: line.edits.map((edit) => edit.id),
  duplicates_seen: line.duplicates.map((other) => other.id),
  confirmed: toConfirm(line).map((question) => question.element),
});

const openEdit = (line, { draft, typed, send }) => openEditForm(line, { draft, typed, send: (change) => send("change", change) });
const openComment = (line, { draft, typed, send }) => openCommentForm(draft, typed, (comment) => send("comments", comment));
