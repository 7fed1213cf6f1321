// The bar above the worklist: a field that takes a code or a word, a menu of filters, and what is filtered as chips.

import { button, byId, element } from "../frame/dom.js";
import { icon } from "../frame/icons.js";
import { isTyping } from "../frame/keys.js";
import { say } from "../frame/say.js";
import { withPair, wordsOfPair } from "./filter.js";
import { howMany, MOST } from "./queue.js";
import { SavedViews } from "./saved_views.js";

const ANY = ["", "any"];
const CHOICES = [
  ["status", "Status", [ANY, ["proposed", "proposed"], ["waiting", "waiting"], ["second_review", "second review"], ["approved", "approved"], ["rejected", "rejected"]]],
  ["question", "Question", [ANY, ["true", "with"], ["false", "without"]]],
  ["asked", "Asked", [ANY, ["true", "yes"], ["false", "no"]]],
  ["edit", "Edit", [ANY, ["true", "bites"], ["false", "does not bite"]]],
  ["held", "Held", [ANY, ["false", "no"], ["true", "yes"]]],
  ["claimed", "Claimed", [ANY, ["me", "by me"], ["none", "by nobody"], ["others", "by others"]]],
  ["older_than_days", "Age", [ANY, ["1", "older than 1 day"], ["3", "older than 3 days"], ["7", "older than 7 days"], ["30", "older than 30 days"]]],
  ["younger_than_days", "Arrived", [ANY, ["1", "within 1 day"], ["3", "within 3 days"], ["7", "within 7 days"], ["30", "within 30 days"]]],
  ["due_within_days", "Limit", [ANY, ["-1", "is over"], ["7", "within 7 days"], ["14", "within 14 days"], ["30", "within 30 days"]]],
  ["least_amount", "At stake", [ANY, ["100", "100 or more"], ["500", "500 or more"], ["1000", "1,000 or more"], ["5000", "5,000 or more"]]],
  ["order", "Order", [["", "oldest first"], ["newest", "newest first"], ["service_date", "by service date"], ["limit", "by filing limit"]]],
];
/** What belongs together stands together: [legend, names of filters]. */
const GROUPS = [
  ["Which lines", ["table", "code", "payer", "facility"]],
  ["How they stand", ["status", "question", "asked", "edit", "held"]],
  ["Whose they are", ["assigned", "claimed"]],
  ["When, and how much", ["older_than_days", "younger_than_days", "due_within_days", "least_amount"]],
  ["The list", ["order"]],
];
const SEARCHED = "Code, table or payer";
const COUNTED = [["table", "Table"], ["code", "Code"], ["payer", "Payer"], ["facility", "Facility"], ["assigned", "Assigned"]];
const ALWAYS = { assigned: [["me", "to me"], ["none", "to nobody"]] };

export class FilterBar {
  #session;
  #queue;
  #apply;
  #views;

  /** `apply()` is called when the filter of the queue was changed. */
  constructor(session, queue, apply) {
    this.#session = session;
    this.#queue = queue;
    this.#apply = apply;
    this.#views = new SavedViews(session, queue, (pairs) => this.#set(pairs));
    byId("search-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#session.guarded(() => this.#search(byId("search").value.trim()));
    });
    byId("search").addEventListener("keydown", ({ key }) => key === "Escape" && byId("lines").focus());
    byId("filter-menu").addEventListener("beforetoggle", ({ newState }) => {
      if (newState === "open") this.#session.guarded(() => this.#fill());
    });
  }

  open() {
    byId("filter-bar").hidden = !this.#session.takes("GET /v1/candidates", "table");
    byId("search-label").textContent = byId("search").title = this.#offersNotes ? `${SEARCHED}, or words of notes` : SEARCHED;
    this.#show();
    return this.#views.load();
  }

  /** Narrow the filter by one more pair. */
  narrow(pair) {
    this.#set(withPair(this.#queue.pairs, pair));
  }

  get #offersNotes() {
    return this.#session.offers("POST /v1/candidates/search");
  }

  #set(pairs, words = "") {
    this.#queue.pairs = pairs;
    this.#queue.words = words;
    this.#show();
    leadToLines();
    this.#apply();
  }

  #show() {
    const { pairs, words } = this.#queue;
    const chips = pairs.map((pair) => {
      const off = () => this.#set(pairs.filter((each) => each !== pair));
      return button({ class: "chip", "aria-label": `Take off: ${wordsOfPair(pair)}` }, off, wordsOfPair(pair), icon("cross"));
    });
    if (words) chips.push(button({ class: "chip", "aria-label": `Take off: notes with ${words}` }, () => this.#set(pairs), `notes: ${words}`, icon("cross")));
    if (chips.length > 1) chips.push(button({ class: "plain" }, () => this.#set([]), "Clear all"));
    byId("chips").replaceChildren(...chips);
    byId("chips").hidden = !chips.length;
  }

  /** A code, or a word that a table or a kind of payer has in its name; or else words of notes, where those can be searched. */
  async #search(text) {
    if (!text) return this.#set(this.#queue.pairs.filter(([name]) => !["code", "table", "payer"].includes(name)));
    const pair = /^[0-9A-Z]{4}[0-9A-Z]$/i.test(text) && /[0-9]/.test(text) ? ["code", text.toUpperCase()] : await this.#named(text);
    const isOfNotes = !pair && this.#offersNotes && (await this.#queue.holds(text));
    if (!pair && !isOfNotes) {
      byId("search").select(); // what is typed next takes its place
      return say(`No open line has a code, table${this.#offersNotes ? ", note" : ""} or payer like "${text}".`, { problem: true });
    }
    byId("search").value = "";
    return isOfNotes ? this.#set([], text) : this.#set(withPair(this.#queue.pairs, pair));
  }

  async #named(text) {
    const spelled = (name) => name.toLowerCase().replaceAll(/[-_. ]/g, "");
    for (const name of ["table", "payer"]) {
      const found = Object.keys(await this.#countBy(name)).find((each) => spelled(each).includes(spelled(text)));
      if (found) return [name, found];
    }
    return null;
  }

  #countBy(name) {
    return this.#session.api.get(`/v1/candidates/counts?by=${name}&most=${MOST}`);
  }

  async #fill() {
    const wanted = COUNTED.filter(([name]) => name !== "facility" || this.#session.user.facility === "*");
    const counted = await Promise.all(wanted.map(async ([name, label]) => [name, label, this.#options(name, await this.#countBy(name))]));
    const choices = [...counted, ...CHOICES.filter(([name]) => this.#session.takes("GET /v1/candidates", name))];
    byId("filter-fields").replaceChildren(...GROUPS.map(([legend, names]) => this.#group(legend, choices.filter(([name]) => names.includes(name)))));
  }

  #group(legend, choices) {
    return element("fieldset", { hidden: !choices.length }, element("legend", {}, legend), ...choices.map((choice) => this.#choice(choice)));
  }

  #options(name, counts) {
    const entries = Object.entries(counts).filter(([value]) => value);
    return [ANY, ...(ALWAYS[name] ?? []), ...entries.sort((a, b) => b[1] - a[1]).map(([value, count]) => [value, `${value} (${howMany(count)})`])];
  }

  #choice([name, label, options]) {
    const { pairs } = this.#queue;
    const now = pairs.find(([other]) => other === name)?.[1] ?? "";
    const nodes = options.map(([value, words]) => element("option", { value, selected: value === now }, words));
    const select = element("select", { id: `filter-${name}` }, ...nodes);
    select.addEventListener("change", () => {
      const others = this.#queue.pairs.filter(([other]) => other !== name);
      this.#set(withPair(others, [name, select.value]));
    });
    return element("div", { class: "field" }, element("label", { for: select.id }, label), select);
  }
}

/** Keys are for the list now, unless the person types elsewhere by now: what was meant as a word would decide lines. */
function leadToLines() {
  if (!isTyping(document.activeElement) || document.activeElement === byId("search")) byId("lines").focus({ preventScroll: true });
}
