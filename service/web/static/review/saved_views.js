// Views of the worklist: a few that everybody has, and those that the user saved with the service.

import { button, byId, element } from "../frame/dom.js";
import { say } from "../frame/say.js";
import { jsonOf, pairsOf, queryOf } from "./filter.js";

const EVERYBODYS = [
  ["Everything open", []],
  ["Mine", [["assigned", "me"]]],
  ["With a question", [["question", "true"]]],
  ["An edit bites", [["edit", "true"]]],
  ["Second review", [["status", "second_review"]]],
  ["Held", [["held", "true"]]],
  ["Filing limit near", [["due_within_days", "14"], ["order", "limit"]]],
];

export class SavedViews {
  #session;
  #queue;
  #choose;
  #saved = [];

  /** `choose(pairs)` is told which filter was chosen. */
  constructor(session, queue, choose) {
    this.#session = session;
    this.#queue = queue;
    this.#choose = choose;
    byId("view-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#session.guarded(() => this.#save(byId("view-name").value.trim()));
    });
  }

  async load() {
    const can = this.#session.offers("GET /v1/views");
    byId("view-form").hidden = !this.#session.offers("PUT /v1/views/{}");
    this.#saved = can ? ((await this.#session.guarded(() => this.#session.api.get("/v1/views"))) ?? []) : [];
    this.#show();
  }

  #show() {
    const chosen = (pairs) => queryOf(pairs) === queryOf(this.#queue.pairs);
    const entry = ([name, pairs], more = []) =>
      element("li", {}, button({ class: "plain", "aria-pressed": String(chosen(pairs)) }, () => this.#take(pairs), name), ...more);
    const saved = this.#saved.map(({ name, filter }) => {
      const off = button({ class: "plain", "aria-label": `Delete the view ${name}` }, () => this.#delete(name), "Delete");
      return entry([name, pairsOf(filter)], [off]);
    });
    byId("view-list").replaceChildren(...EVERYBODYS.map((view) => entry(view)), ...saved);
  }

  #take(pairs) {
    byId("view-menu").hidePopover();
    this.#choose(pairs);
    this.#show();
  }

  async #save(name) {
    await this.#session.api.put(`/v1/views/${encodeURIComponent(name)}`, { filter: jsonOf(this.#queue.pairs) });
    byId("view-form").reset();
    say(`View kept: ${name}`);
    await this.load();
  }

  #delete(name) {
    return this.#session.guarded(async () => {
      await this.#session.api.delete(`/v1/views/${encodeURIComponent(name)}`);
      await this.load();
    });
  }
}
