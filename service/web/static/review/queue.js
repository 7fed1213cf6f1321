// The queue: loads the lines that fit the filter, page by page, and how many they are.

import { pathOf } from "../frame/api.js";
import { byId } from "../frame/dom.js";
import { queryOf } from "./filter.js";

const SEARCH = "/v1/candidates/search";
const OPEN = ["proposed", "waiting", "second_review"];

/** Where the service is to stop counting: so the size of the queue does not matter. */
export const MOST = 1000;

/** A count as a person reads it: "1,000+" where counting stopped. */
export const howMany = (count) => `${count.toLocaleString()}${count >= MOST ? "+" : ""}`;

export class Queue {
  pairs = []; // the filter
  words = ""; // of notes; then they are all that lines are found by. They stand in no address and no view
  #session;
  #worklist;
  #facility = ""; // whose notes are searched, for who sees all
  #next = null; // asks for the next page
  #loading = null;
  #total = null;
  #turn = 0; // each load has its own: what comes for an earlier one comes too late

  constructor(session, worklist) {
    this.#session = session;
    this.#worklist = worklist;
  }

  /** Load the first page anew; gives whether it is still wanted. */
  async load() {
    const turn = (this.#turn += 1);
    this.#next = this.#total = null;
    const page = await this.#page();
    if (this.#turn !== turn) return false; // another filter meanwhile, or signed out
    this.#worklist.clear();
    this.#add(page);
    if (!this.words) this.#session.guarded(() => this.#countAll());
    if (!page.items.length) await this.more();
    return true;
  }

  /** The next page, once, however often it is asked for. A page may be empty, and not the last. */
  more() {
    if (!this.#next) return undefined;
    this.#loading ??= this.#session
      .guarded(async () => {
        const turn = this.#turn;
        do {
          const page = await this.#page(this.#next);
          if (this.#turn !== turn) return;
          this.#add(page);
        } while (this.#next && this.#worklist.empty);
      })
      .finally(() => (this.#loading = null));
    return this.#loading;
  }

  close() {
    this.#turn += 1;
    this.#next = this.#total = null;
    this.words = "";
    this.#worklist.clear();
  }

  /** Whether any line has these words in its notes. */
  async holds(words) {
    const { facility } = this.#session.user;
    // One facility is searched: who sees all of them looks where the list begins.
    this.#facility = facility === "*" ? (this.#worklist.lines[0]?.facility ?? "") : "";
    const { items, after } = await this.#session.api.post(SEARCH, { text: words, facility: this.#facility, limit: 1 });
    return items.length > 0 || after !== null;
  }

  async #page(next = null) {
    const { api } = this.#session;
    if (!this.words) return api.get(next ? pathOf(next) : `/v1/candidates?${queryOf([...this.pairs, ["limit", "200"]])}`);
    const { items, after } = await api.post(SEARCH, { text: this.words, facility: this.#facility, limit: 50, ...(next && { after: next }) });
    return { items: items.map(({ line }) => line), next: after };
  }

  /** Say how many lines there are: those that are loaded, or, as far as they are counted, all. */
  show() {
    const { length } = this.#worklist.lines;
    const counted = this.#total === null ? `${length}+` : howMany(Math.max(this.#total, length));
    const all = this.#next ? counted : length.toLocaleString();
    byId("queue-count").textContent = length ? all : "";
    byId("queue-empty").hidden = length > 0;
    byId("queue-empty").textContent = this.pairs.length || this.words ? "No line fits this filter." : "Nothing waits for a person.";
    byId("lines").hidden = !length;
  }

  #add(page) {
    this.#next = page.next;
    this.#worklist.add(page.items);
    this.show();
  }

  async #countAll() {
    const turn = this.#turn;
    const counts = await this.#session.api.get(`/v1/candidates/counts?${queryOf([...this.pairs.filter(([name]) => name !== "order"), ["most", MOST]])}`);
    const chosen = this.pairs.filter(([name]) => name === "status").map(([, value]) => value);
    if (this.#turn !== turn) return;
    const wanted = chosen.length ? chosen : OPEN;
    this.#total = wanted.reduce((sum, status) => sum + (counts[status] ?? 0), 0);
    this.show();
  }
}
