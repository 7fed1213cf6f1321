// A day of service held against itself: what is documented and not charged, ordered and not documented, charged and
// not answered; and all that waits, by age. Each finding leads to its line.

import { tileNode } from "../frame/charts.js";
import { button, byId, element } from "../frame/dom.js";
import { moneyOf } from "../frame/money.js";
import { saveFrom } from "../frame/save.js";
import { say } from "../frame/say.js";
import { tableOf } from "../frame/table.js";

const PATH = "/v1/reconciliation";
const DAY = 86_400_000;
const LACKS = {
  uncharged: ["Documented, and not charged", "Every line of the procedure still waits for a person."],
  undocumented: ["Ordered or booked, and not documented", "No message that documents it has come."],
  unanswered: ["Charged, and not answered by billing", "Billing has not said that it has the charge."],
  twice: ["One service from several procedures", "The same patient, day and code, from procedures with different numbers."],
  late: ["Charged late", "Approved long after the day of service."],
};
const STATUSES = [["proposed", "Proposed"], ["waiting", "Waiting for an answer"], ["second_review", "In second review"]];

export class Reconciliation {
  #session;
  #lead;
  #turn = 0;

  /** `lead(line)` leads to a line of the queue. */
  constructor(session, lead) {
    this.#session = session;
    this.#lead = lead;
    byId("reconciliation-form").addEventListener("submit", (event) => {
      event.preventDefault();
      byId("reconciliation").focus({ preventScroll: true }); // out of the form, in which no key works
      session.guarded(() => this.#load());
    });
    byId("reconciliation-export").addEventListener("click", () => session.guarded(() => this.#export()));
  }

  async open() {
    // The day that is over: of today much is still on its way.
    byId("reconciliation-day").value ||= new Date(Date.now() - DAY).toISOString().slice(0, 10);
    await this.#load();
  }

  close() {
    this.#turn += 1;
    byId("reconciliation-report").replaceChildren();
  }

  async #load() {
    const turn = (this.#turn += 1);
    const report = await this.#session.api.get(`${PATH}?${this.#query()}`);
    if (this.#turn === turn) byId("reconciliation-report").replaceChildren(...this.#reportNodes(report));
  }

  async #export() {
    say(`Saved as ${await saveFrom(this.#session.api, `${PATH}/export?${this.#query()}`)}.`);
  }

  #query() {
    const services = byId("reconciliation-service").value.split(/[\s,]+/).filter(Boolean);
    const pairs = [["day", byId("reconciliation-day").value], ["late_after", byId("reconciliation-late").value]];
    return new URLSearchParams([...pairs, ...services.map((service) => ["service", service])]).toString();
  }

  #reportNodes(report) {
    const found = Object.entries(LACKS).map(([lack, words]) => this.#lackNode(words, report.findings.filter((each) => each.lack === lack)));
    return [tilesNode(report), waitingNode(report), ...found];
  }

  #lackNode([title, text], findings) {
    const head = element("h3", {}, `${title} (${findings.length})`);
    if (!findings.length) return element("section", { class: "lack" }, head, element("p", { class: "quiet" }, "None."));
    const columns = [
      ["What", (finding) => this.#nameNode(finding)],
      ["Code", ({ code }) => code],
      ["Facility", ({ facility }) => facility],
      ["Days since", ({ days }) => String(days), { number: true }],
      ["How it stands", ({ note }) => note],
    ];
    return element("section", { class: "lack" }, head, element("p", { class: "hint" }, text), tableOf(title, columns, findings));
  }

  #nameNode({ line, object_type: type, object_id: id }) {
    const name = type === "charge" ? id : `${type} ${id.slice(0, 8)}`;
    const may = line && this.#session.has("coder", "lead", "auditor");
    return may ? button({ class: "plain", title: "Show the line" }, () => this.#lead(line), name) : name;
  }
}

function tilesNode({ procedures, charged, rejected, orders, lag }) {
  const tiles = [tileNode(procedures, "procedures documented"), tileNode(charged, "of them charged"), tileNode(rejected, "decided to be no charge"), tileNode(orders, "orders and bookings")];
  const said = lag.charges
    ? `Service to approval: median ${lag.median} days; 90 % within ${lag.nine_tenths}; longest ${lag.longest}.`
    : "Nothing of this day was charged yet.";
  return element("section", { class: "card" }, element("div", { class: "tiles" }, ...tiles), element("p", { class: "quiet" }, said));
}

function waitingNode({ waiting, at_stake: stakes, currency }) {
  const rows = Object.entries(waiting).map(([age, counts]) => ({ age, counts, sum: Object.values(counts).reduce((a, b) => a + b, 0) }));
  const columns = [
    ["Days since service", ({ age }) => age],
    ...STATUSES.map(([status, words]) => [words, ({ counts }) => (counts[status] ?? 0).toLocaleString(), { number: true }]),
    ["Lines", ({ sum }) => sum.toLocaleString(), { number: true }],
    ...(currency ? [["At stake", ({ age }) => moneyWords(stakes[age], currency), { number: true }]] : []),
  ];
  return element("section", { class: "lack" }, element("h3", {}, "All that waits, by days since service"), tableOf("Lines that wait, by age", columns, rows));
}

/** A sum; and how many lines are not in it. */
const moneyWords = ({ amount, unpriced }, currency) => moneyOf(amount, currency) + (unpriced ? `, and ${unpriced.toLocaleString()} without a price` : "");
