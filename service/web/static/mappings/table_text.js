// One table to be read: when it applies, what settles its facts, its rows, what follows, its questions and tests.

import { element, pairs } from "../frame/dom.js";
import { listed } from "../review/sections.js";

/** `accepted`: [{row, decided, accepted}] of the last year, for the rows of which lines were decided. */
export function tableNodes(table, accepted) {
  return [
    element("h3", { class: "table-title" }, table.title),
    pairs([
      ["File", table.name],
      ["Owner", table.owner],
      ["Days of service", table.days || "always"],
      ["Codes", table.codes.join(" ")],
      ["Rests on", table.sources.join("; ")],
    ]),
    listed("Unsettled", table.unsettled.map((text) => element("li", {}, text)), "unsettled"),
    switchesNode(table.switches),
    element("section", {}, element("h4", {}, "Rows"), rowsNode(table, accepted)),
    part("Applies when all of it holds", table.gate, { open: true }),
    ...table.facts.map(({ title, sentences }) => part(`Fact: ${title}`, sentences, { open: true })),
    ...table.tail.map(({ title, sentences }) => part(capital(title), sentences)),
    part("Wording of its questions", table.questions.map(([name, wording]) => `${name}: ${wording}`)),
    testsNode(table),
  ].filter(Boolean);
}

function switchesNode(switches) {
  const entries = switches.map(([name, about, setting]) =>
    element("li", {}, element("strong", {}, name), ` ${about}: `, setting === "ask" ? "not decided here, so it is asked" : setting),
  );
  return listed("Decided by the site", entries, "unsettled");
}

function rowsNode({ columns, rows }, accepted) {
  const counted = new Map(accepted.map((row) => [row.row, row]));
  const timed = rows.some(({ days }) => days);
  const heads = ["Row", ...columns, timed && "Days of service", counted.size && "Approved as proposed"].filter(Boolean);
  const body = rows.map((row) => {
    const found = counted.get(row.number);
    return element(
      "tr",
      {},
      element("th", { scope: "row", class: "number" }, String(row.number)),
      ...row.cells.map((cell, n) => element("td", { class: cellKind(cell, columns[n]) }, cell)),
      timed && element("td", {}, row.days),
      counted.size > 0 && element("td", {}, found ? `${found.accepted} of ${found.decided}` : ""),
    );
  });
  const head = element("thead", {}, element("tr", {}, ...heads.map((name) => element("th", { scope: "col" }, name))));
  return element("div", { class: "decision" }, element("table", { class: "list" }, head, element("tbody", {}, ...body)));
}

const cellKind = (cell, column) => (column === "code" ? "code" : cell === "any" && "faint");

function part(title, sentences, { open = false } = {}) {
  const entries = sentences.map((sentence) => element("li", {}, ...emphasized(sentence)));
  return entries.length ? element("details", { class: "part", open }, element("summary", {}, `${title} (${entries.length})`), element("ul", {}, ...entries)) : null;
}

/** "outcome: when that is so" with the outcome set off. */
function emphasized(sentence) {
  const at = sentence.indexOf(": ");
  return at < 0 ? [sentence] : [element("strong", {}, sentence.slice(0, at)), ` ${sentence.slice(at + 2)}`];
}

function testsNode({ tests, base }) {
  const rows = tests.map(({ name, given, expected }) =>
    element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, valuesOf(given)), element("td", {}, expected.join("; "))),
  );
  const heads = ["Test", "Documented", "Expected"].map((name) => element("th", { scope: "col" }, name));
  const table = element("table", { class: "list" }, element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...rows));
  const common = valuesOf(base);
  return element(
    "details",
    { class: "part" },
    element("summary", {}, `Tests (${tests.length})`),
    common && element("p", { class: "hint" }, `Unless a test says otherwise: ${common}`),
    table,
  );
}

const valuesOf = (given) =>
  Object.entries(given)
    .map(([name, value]) => `${name}: ${valueOf(value)}`)
    .join(", ");

function valueOf(value) {
  if (value === null) return "not documented";
  return typeof value === "object" ? JSON.stringify(value).replaceAll('"', "") : String(value);
}

const capital = (text) => text[0].toUpperCase() + text.slice(1);

