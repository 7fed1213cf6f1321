// The list of tables, searched by code or word, and one table in its place.

import { button, byId, element } from "../frame/dom.js";
import { tableOf } from "../frame/table.js";
import { tableNodes } from "./table_text.js";

const MOST_CODES = 6;

export class TableList {
  #session;
  #tables = [];
  #accepted = []; // what people made of the lines of each row, where the user may know it

  constructor(session) {
    this.#session = session;
  }

  async show(tables) {
    this.#tables = tables;
    const search = element("input", { id: "table-search", autocomplete: "off", spellcheck: "false", placeholder: "Code or word" });
    const list = element("div", {});
    const draw = () => list.replaceChildren(this.#listNode(search.value));
    search.addEventListener("input", draw);
    byId("mapping-list").replaceChildren(element("p", { class: "bar" }, element("label", { for: "table-search" }, "Find a table"), search), list);
    this.#back();
    draw();
    this.#accepted = await this.#rowsDecided();
  }

  clear() {
    this.#tables = this.#accepted = [];
    byId("mapping-list").replaceChildren();
    byId("mapping-table").replaceChildren();
  }

  #listNode(wanted) {
    const words = wanted.trim().toLowerCase();
    const fits = ({ title, name, owner, codes }) => [title, name, owner, ...codes].some((each) => each.toLowerCase().includes(words));
    const found = this.#tables.filter(fits);
    if (!found.length) return element("p", { class: "empty", role: "status" }, "No table has such a code or word.");
    const columns = [
      ["Table", (table) => button({ class: "plain" }, () => this.#session.guarded(() => this.#open(table.name)), table.title)],
      ["Codes", ({ codes }) => codes.slice(0, MOST_CODES).join(" ") + (codes.length > MOST_CODES ? ` and ${codes.length - MOST_CODES} more` : "")],
      ["Days of service", ({ days }) => days || "always"],
      ["Owner", ({ owner }) => owner],
      ["Rows", ({ rows }) => String(rows), { number: true }],
      ["Tests", ({ tests }) => String(tests), { number: true }],
      ["Unsettled", ({ unsettled }) => (unsettled.length ? String(unsettled.length) : ""), { number: true }],
    ];
    return tableOf("Tables", columns, found);
  }

  async #open(name) {
    const table = await this.#session.api.get(`/v1/mappings/${encodeURIComponent(name)}`);
    const accepted = this.#accepted.filter((row) => row.table === name);
    const back = button({ class: "plain" }, () => this.#back({ focus: true }), "All tables");
    byId("mapping-table").replaceChildren(back, ...tableNodes(table, accepted));
    this.#turn({ one: true });
    byId("mapping-table").focus();
  }

  #back({ focus = false } = {}) {
    this.#turn({ one: false });
    if (focus) byId("table-search").focus();
  }

  #turn({ one }) {
    byId("mapping-list").hidden = byId("mapping-state").hidden = one;
    byId("mapping-table").hidden = !one;
    byId("mapping-tables").scrollTop = 0;
  }

  async #rowsDecided() {
    const may = this.#session.offers("GET /v1/statistics") && this.#session.has("coder", "lead", "auditor");
    return may ? (await this.#session.api.get("/v1/statistics?days=366")).rows : [];
  }
}
