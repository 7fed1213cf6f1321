// The dashboard: how the queue stands, what leaves, what comes, and whether the sums agree. Each card asks for what
// it shows; a card that the user may not see, or the service does not know, is not there.

import { barsChart, columnsChart, partsChart, tileNode } from "../frame/charts.js";
import { byId, element } from "../frame/dom.js";
import { icon } from "../frame/icons.js";
import { byHour } from "../operations/feeds.js";
import { wordsOf } from "../review/line.js";
import { myDay } from "../review/my_day.js";
import { limitCard, moneyCard } from "./stakes.js";
import { acceptanceCard, lagCard, throughputCard } from "./statistics.js";

const COUNTS = "/v1/candidates/counts";
const KINDS = { posted: "good", pending: "calm", sending: "calm", unknown: "asks", refused: "problem", held: "asks", cancelled: "faint" };
const MOST = 8; // bars a card

export class Dashboard {
  #session;

  constructor(session) {
    this.#session = session;
  }

  async open() {
    const cards = [this.#queue(), this.#age(), this.#counted("table", "Open lines by table"), this.#counted("code", "Open lines by code"), this.#day(), ...this.#stakes(), ...this.#statistics(), ...this.#operated()];
    const places = cards.map(() => element("div", { hidden: true }));
    byId("cards").replaceChildren(...places);
    // Each card comes when it is ready: the slowest holds up no other.
    await Promise.all(cards.map((card, n) => this.#session.guarded(async () => places[n].replaceWith((await card) ?? ""))));
  }

  close() {
    byId("cards").replaceChildren();
  }

  async #queue() {
    const counts = await this.#session.api.get(COUNTS);
    const tile = (status, words, kind = "") => tileNode(counts[status] ?? 0, words, kind);
    return card("The queue now", element("div", { class: "tiles" }, tile("proposed", "proposed"), tile("waiting", "with an open question", "asks"), tile("second_review", "in second review"), tile("approved", "approved ever"), tile("rejected", "rejected ever")), "wide");
  }

  async #age() {
    if (!this.#session.takes(`GET ${COUNTS}`, "by")) return null;
    const counts = await this.#session.api.get(`${COUNTS}?by=age`);
    const entries = Object.entries(counts).map(([label, value], n) => ({ label: `${label} days`, value, kind: n > 1 ? "asks" : "" }));
    return card("Open lines, by days since arrival", barsChart(entries, "Open lines by age"));
  }

  async #counted(by, title) {
    if (!this.#session.takes(`GET ${COUNTS}`, "by")) return null;
    const counts = await this.#session.api.get(`${COUNTS}?by=${by}`);
    const entries = Object.entries(counts).map(([name, value]) => ({ label: wordsBy(by, name), value }));
    return card(title, barsChart(entries.sort((a, b) => b.value - a.value).slice(0, MOST), title));
  }

  async #day() {
    const day = await myDay(this.#session);
    return day && card("My day", element("div", { class: "tiles" }, ...day.map(([words, value]) => tileNode(value, words))));
  }

  #stakes() {
    if (!this.#session.offers("GET /v1/statistics/waiting") || !this.#session.has("coder", "lead", "auditor")) return [];
    const asked = this.#session.api.get("/v1/statistics/waiting");
    return [moneyCard, limitCard].map(async (make) => {
      const made = make(await asked);
      return made && card(...made);
    });
  }

  #statistics() {
    if (!this.#session.offers("GET /v1/statistics") || !this.#session.has("coder", "lead", "auditor")) return [];
    const asked = this.#session.api.get("/v1/statistics?days=30");
    return [throughputCard, acceptanceCard, lagCard].map(async (make) => card(...make(await asked)));
  }

  #operated() {
    if (!this.#session.has("lead", "admin")) return [];
    const ledger = this.#session.user.facility === "*" ? this.#session.api.get("/v1/ledger") : null;
    return [ledger && this.#postings(ledger), this.#session.offers("GET /v1/feeds") && this.#feeds(), ledger && this.#ledger(ledger)].filter(Boolean);
  }

  async #postings(ledger) {
    const { postings } = (await ledger).sums;
    const entries = Object.entries(postings).filter(([, value]) => value).map(([label, value]) => ({ label, value, kind: KINDS[label] ?? "calm" }));
    if (!entries.length) return card("Postings", element("p", { class: "quiet" }, "Nothing was posted yet."));
    return card("Postings", partsChart(entries, "Postings by state"));
  }

  async #feeds() {
    const feeds = (await this.#session.api.get("/v1/feeds")).filter(({ ever }) => ever.received);
    const details = await Promise.all(feeds.slice(0, MOST).map(({ name }) => this.#session.api.get(`/v1/feeds/${encodeURIComponent(name)}`)));
    const all = byHour([]).map(({ label }, n) => ({ label, value: details.reduce((sum, { hours }) => sum + byHour(hours)[n].value, 0) }));
    const entries = feeds.map(({ name, title, last_day: day, silent }) => ({ label: `${title || name}${silent ? ": silent" : ""}`, value: day.received, kind: silent ? "asks" : "" }));
    if (!feeds.length) return card("Feeds", element("p", { class: "quiet" }, "No message came yet."));
    return card("Messages of the last two days", element("div", {}, columnsChart(all, "Messages an hour"), element("h3", {}, "By feed, today"), barsChart(entries, "Messages by feed")), "wide");
  }

  async #ledger(ledger) {
    const { whole, checks } = await ledger;
    const wrong = checks.filter(({ expected, found }) => expected !== found);
    const said = whole ? `All ${checks.length} sums agree: nothing lost, nothing charged twice.` : `${wrong.length} of ${checks.length} sums do not agree.`;
    const list = wrong.map(({ name, expected, found }) => element("li", {}, `${name}: ${expected} expected, ${found} found`));
    return card("Ledger", element("div", { class: whole ? "whole" : "broken" }, element("p", {}, icon(whole ? "tick" : "cross"), ` ${said}`), element("ul", {}, ...list)));
  }
}

const wordsBy = (by, name) => (by === "table" ? wordsOf(name) || "added by hand" : name || "no code yet");

const card = (title, body, kind = "") => element("section", { class: `card ${kind}` }, element("h2", {}, title), body);
