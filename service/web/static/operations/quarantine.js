// Messages that nothing could be done with: why, their words, reading them again once the cause is mended, or saying
// that nothing more is to be done.

import { pathOf } from "../frame/api.js";
import { breakable, button, byId, element } from "../frame/dom.js";
import { askReason } from "../frame/reason_dialog.js";
import { say } from "../frame/say.js";
import { tableOf } from "../frame/table.js";
import { whenOf } from "../frame/time.js";

const FIRST = "/v1/quarantine?limit=100";

export class Quarantine {
  #session;
  #shown = [];
  #next = null;

  constructor(session) {
    this.#session = session;
    byId("quarantine-more").addEventListener("click", () => session.guarded(() => this.#load(pathOf(this.#next))));
    byId("replay-all").addEventListener("click", () => session.guarded(() => this.#tryAll()));
  }

  async open() {
    this.#shown = [];
    await this.#load(FIRST);
  }

  close() {
    this.#shown = [];
    byId("quarantine-list").replaceChildren();
    byId("quarantine-text").replaceChildren();
  }

  async #load(path) {
    const shown = this.#shown;
    const { items, next } = await this.#session.api.get(path);
    if (this.#shown !== shown) return; // opened anew meanwhile
    shown.push(...items);
    this.#next = next;
    byId("quarantine-more").hidden = !next;
    byId("replay-all").hidden = !this.#shown.length;
    const empty = element("p", { class: "empty" }, "Nothing is set aside.");
    byId("quarantine-list").replaceChildren(this.#shown.length ? this.#table() : empty);
  }

  #table() {
    const columns = [
      ["MSH-10", (message) => this.#nameNode(message)],
      ["Received", ({ received_at: at }) => whenOf(at)],
      ["From", fromNode],
      ["Message", ({ message_type: type }) => type || "not read"],
      ["Feed", ({ feed }) => feed],
      ["Why", ({ reason }) => reason],
      ["What to do", (message) => this.#stepsNode(message)],
    ];
    return tableOf("Quarantine", columns, this.#shown);
  }

  #nameNode(message) {
    const show = () => this.#session.guarded(() => this.#show(message));
    return button({ class: "plain", title: "Show the message" }, show, message.control_id || "without one");
  }

  #stepsNode(message) {
    const name = message.control_id;
    const again = () => this.#session.guarded(() => this.#replay(message));
    const discard = () => this.#askDiscard(message);
    return element(
      "div",
      {},
      element("p", {}, message.advice),
      element(
        "span",
        { class: "bar" },
        button({ "aria-label": `Read ${name} again` }, again, "Read again"),
        button({ class: "quiet-button", "aria-label": `Discard ${name}` }, discard, "Discard"),
      ),
    );
  }

  async #show({ event, control_id: name }) {
    const { text } = await this.#session.api.get(`/v1/quarantine/${encodeURIComponent(event)}`);
    const lines = (text ?? "Its words are for those who may read patient data.").split(/\r\n|[\r\n]/);
    byId("quarantine-text").replaceChildren(
      element("h3", {}, name),
      element("div", { class: "segments" }, ...lines.map((line) => element("div", { class: "words" }, line))),
    );
    byId("quarantine-text").focus();
  }

  async #replay({ event, control_id: name }) {
    await this.#session.api.post(`/v1/quarantine/${encodeURIComponent(event)}/replay`);
    say(`${name} is read again. If it is still wrong, it comes back here.`);
    await this.open();
  }

  /** First without effect: how many would be read again, and why others would not. */
  async #tryAll() {
    const found = await this.#session.api.post("/v1/quarantine/replay", { dry_run: true });
    const left = Object.entries(found.left).map(([why, count]) => `${count}: ${why}`);
    if (!found.again) {
      say(`None would be read again. ${left.join("; ")}`, { problem: true });
      return;
    }
    const done = await this.#session.api.post("/v1/quarantine/replay", { dry_run: false });
    say(`${done.again} are read again. ${left.join("; ")}`);
    await this.open();
  }

  #askDiscard(message) {
    askReason({
      title: `Discard ${message.control_id}`,
      text: "Nothing more is done with it. It is kept, and can be read again later.",
      verb: "Discard",
      send: (reason) => this.#discard(message, reason),
    });
  }

  async #discard({ event, control_id: name }, reason) {
    try {
      await this.#session.api.post(`/v1/quarantine/${encodeURIComponent(event)}/discard`, { reason });
    } catch (problem) {
      this.#session.report(problem);
      return problem.message;
    }
    say(`${name} is discarded.`);
    await this.#session.guarded(() => this.open());
    return "";
  }
}

/** What is no message does not say whose it is: then the address that it came from does. */
function fromNode({ sender, peer }) {
  const names = [sender.replace(/^\|$/, ""), peer].filter(Boolean);
  return element("span", {}, ...breakable(names[0] ?? "not known"), names[1] && element("span", { class: "hint" }, ` ${names[1]}`));
}
