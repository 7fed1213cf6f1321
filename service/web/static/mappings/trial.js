// A message that is tried: what is read out of it, what would be proposed or asked, and why not another code.

import { byId, button, element } from "../frame/dom.js";
import { icon } from "../frame/icons.js";
import { say } from "../frame/say.js";
import { showCandidate, itemsOf } from "../review/candidate.js";
import { Evidence } from "../review/evidence.js";
import { headline, wordsOf } from "../review/line.js";
import { listed } from "../review/sections.js";
import { linesOf } from "./trial_lines.js";
import { whyNodes } from "./why.js";

const ANSWERS = { AA: "taken", CA: "taken", AE: "refused", AR: "refused", CE: "refused", CR: "refused" };

export class Trial {
  #session;
  #evidence;
  #asked = null; // what the answers on the screen are about
  #shown = null; // the line on the screen

  constructor(session) {
    this.#session = session;
    const at = { documents: byId("trial-documents"), line: byId("trial-line"), raw: byId("trial-raw"), next: byId("trial-next"), previous: byId("trial-previous") };
    this.#evidence = new Evidence(at, () => {});
    const onSubmit = (id, act) =>
      byId(id).addEventListener("submit", (event) => {
        event.preventDefault();
        session.guarded(act);
      });
    onSubmit("trial-form", () => this.#try());
    onSubmit("why-form", () => this.#askWhyNot(byId("why-not").value.trim().toUpperCase()));
    byId("trial-message").addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) byId("trial-form").requestSubmit();
    });
  }

  /** The feeds by which a message may be read. */
  offer(feeds) {
    const options = ["", ...feeds].map((name) => element("option", { value: name }, name || "the feed that fits it"));
    byId("trial-feed").replaceChildren(...options);
  }

  clear() {
    this.#asked = null;
    byId("trial-form").reset();
    this.#clearAnswers();
  }

  #clearAnswers() {
    this.#shown = null;
    byId("trial-found").replaceChildren();
    byId("trial-line").replaceChildren();
    byId("why-said").replaceChildren();
    byId("why-form").hidden = true;
    byId("why-form").reset();
    this.#evidence.clear();
  }

  async #try() {
    const asked = { message: byId("trial-message").value, feed: byId("trial-feed").value };
    this.#asked = asked;
    this.#clearAnswers();
    const { messages } = await this.#session.api.post("/v1/mappings/try", asked);
    if (this.#asked !== asked) return; // another was asked meanwhile, or the view was left
    const found = messages.map((message, n) => ({ message, lines: linesOf(message, n + 1) }));
    byId("trial-found").replaceChildren(...found.map(({ message, lines }, n) => this.#messageNode(message, lines, n + 1)));
    const first = found.flatMap(({ message, lines }) => lines.map((line) => [message, line]))[0];
    if (first) this.#show(...first);
    else this.#evidence.show([messages[0].document], []);
  }

  #messageNode(message, lines, number) {
    const { ack, feed, set_aside: why, document } = message;
    const refused = ANSWERS[ack.code] === "refused";
    const errors = ack.errors.map(({ location, message: text }) => element("li", {}, element("span", { class: "path" }, location), ` ${text}`));
    return element(
      "section",
      { class: "tried" },
      element("h3", {}, `Message ${number}: ${document.message_type || "without a type"}`),
      element(
        "p",
        { class: "bar" },
        element("span", { class: `badge ${refused ? "problem" : ""}` }, icon(refused ? "cross" : "tick"), `${ack.code || "no answer"} ${ANSWERS[ack.code] ?? ""}`),
        element("span", { class: "quiet" }, feed ? `read by ${feed}` : why ? "" : "no feed takes it"),
      ),
      why && element("p", { class: "error" }, why),
      element("ul", {}, ...errors),
      element("ul", { class: "tried-lines" }, ...lines.map((line) => element("li", {}, this.#lineNode(message, line)))),
      !lines.length && !why && element("p", { class: "quiet" }, "No procedure is documented in it."),
    );
  }

  #lineNode(message, line) {
    line.node = button({ class: "tried-line", "aria-pressed": "false" }, () => this.#show(message, line), element("strong", {}, line.code ? headline(line) : line.says), element("span", { class: "hint" }, wordsOf(line.table)));
    return line.node;
  }

  #show({ document }, line) {
    this.#shown?.node.setAttribute("aria-pressed", "false");
    this.#shown = line;
    line.node.setAttribute("aria-pressed", "true");
    const items = itemsOf(line);
    showCandidate(byId("trial-line"), line, items, { reveal: (ns) => this.#evidence.reveal(ns) });
    byId("trial-line").append(...extraNodes(line));
    this.#evidence.show([document], items);
    byId("why-form").hidden = false;
    byId("why-said").replaceChildren(...whyNodes("", line.explained));
  }

  async #askWhyNot(code) {
    const [asked, line] = [this.#asked, this.#shown];
    const found = await this.#session.api.post("/v1/mappings/why-not", { ...asked, code });
    if (this.#asked !== asked || this.#shown !== line) return;
    const told = found.find(({ message, procedure }) => message === line.message && procedure === line.procedure);
    const tables = told?.tables ?? [];
    byId("why-said").replaceChildren(...whyNodes(code, tables), ...whyNodes("", line.explained));
    say(`Why not ${code}: said by ${tables.length} ${tables.length === 1 ? "table" : "tables"}.`);
  }
}

/** What the queue does not show, and an analyst wants to know. */
function extraNodes({ unknown, excluded }) {
  const codes = unknown.map(({ element: name, text, source }) => element("li", {}, element("strong", {}, name), ` "${text}" `, element("span", { class: "path" }, source.path)));
  const shut = excluded.map(({ code, table, by_code: by, by_table: byTable }) => element("li", {}, `${code} of ${wordsOf(table)}: never beside ${by} of ${wordsOf(byTable)}`));
  return [listed("Codes that no feed translates", codes), listed("Shut out by another table", shut)].filter(Boolean);
}
