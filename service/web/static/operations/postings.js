// Charges on their way to billing, and the lanes in which a person says what became of one.

import { pathOf } from "../frame/api.js";
import { button, byId, element } from "../frame/dom.js";
import { icon } from "../frame/icons.js";
import { askReason } from "../frame/reason_dialog.js";
import { say } from "../frame/say.js";
import { tableOf } from "../frame/table.js";
import { whenOf } from "../frame/time.js";

const SIGNS = { posted: "tick", unknown: "question", refused: "cross", cancelled: "cross" };
const STATES = ["pending", "sending", "awaiting", "posted", "unknown", "refused", "cancelled"];
const NEED_A_PERSON = new Set(["unknown", "refused"]);
const ALL = "all";
const STEPS = [
  ["posted", "It arrived", "Billing has this charge, or it was entered there by hand: it is not sent again."],
  ["pending", "Send again", "It is sent once more. If billing already has it, it may be charged twice."],
  ["refused", "Billing does not have it", "It is noted as refused, and may then be sent again."],
];

export class Postings {
  #session;
  #shown = [];
  #next = null;

  constructor(session) {
    this.#session = session;
    byId("postings-state").addEventListener("change", () => session.guarded(() => this.open()));
    byId("postings-more").addEventListener("click", () => session.guarded(() => this.#load(pathOf(this.#next))));
  }

  async open() {
    const state = byId("postings-state").value;
    const states = state === ALL ? STATES : [state].filter(Boolean);
    const query = new URLSearchParams([["limit", "200"], ...states.map((each) => ["state", each])]);
    this.#shown = [];
    await this.#load(`/v1/postings?${query}`);
  }

  async #load(path) {
    const shown = this.#shown;
    const { items, next } = await this.#session.api.page(path);
    if (this.#shown !== shown) return; // opened anew meanwhile
    shown.push(...items);
    this.#next = next;
    byId("postings-more").hidden = !next;
    byId("postings-list").replaceChildren(shown.length ? this.#table(shown) : emptyNode(byId("postings-state").value));
  }

  close() {
    this.#shown = [];
    byId("postings-list").replaceChildren();
  }

  #table(postings) {
    const columns = [
      ["Charge (FT1-2)", ({ charge }) => charge],
      ["Destination", ({ destination }) => destination],
      ["State", stateNode],
      ["Attempts", ({ attempts }) => String(attempts), { number: true }],
      ["MSH-10", ({ control_id: id }) => id],
      ["What was said", ({ note }) => note],
      ["Since", ({ updated_at: at }) => whenOf(at)],
    ];
    if (this.#session.has("lead")) columns.push(["What became of it", (posting) => this.#steps(posting)]);
    return tableOf("Postings", columns, postings);
  }

  #steps(posting) {
    const steps = STEPS.filter(([state]) => posting.state !== "refused" || state !== "refused");
    const wanted = NEED_A_PERSON.has(posting.state) ? steps : [];
    return element("span", { class: "bar" }, ...wanted.map((step) => this.#stepNode(posting, step)));
  }

  #stepNode(posting, [state, verb, text]) {
    const send = (reason) => this.#settle(posting, { state, reason });
    return button({}, () => askReason({ title: `${verb}: ${posting.charge}`, text, verb, send }), verb);
  }

  async #settle(posting, body) {
    try {
      const settled = await this.#session.api.post(`/v1/postings/${encodeURIComponent(posting.id)}/settle`, body);
      say(`${posting.charge} is now ${settled.state}.`);
      await this.open();
      return "";
    } catch (problem) {
      this.#session.report(problem);
      return problem.message;
    }
  }
}

function stateNode({ state }) {
  const kind = NEED_A_PERSON.has(state) ? "asks" : "";
  return element("span", { class: `badge ${kind}` }, icon(SIGNS[state] ?? "clock"), state);
}

const EMPTY = { "": "No posting needs a person.", [ALL]: "Nothing was approved yet: there is no posting." };

const emptyNode = (state) => element("p", { class: "empty" }, EMPTY[state] ?? `No posting is ${state}.`);
