// Why the tables say what they say; and, of a code that did not come, what would have to be documented.

import { element } from "../frame/dom.js";
import { wordsOf } from "../review/line.js";

const SILENT = "so it says nothing";

/** `code` = the one that did not come; "" = why those that came did. */
export function whyNodes(code, tables) {
  if (code && !tables.length) return [element("p", { class: "quiet" }, `No decision table can bring forth ${code}.`)];
  return tables.map(({ table, lines }) => {
    const open = Boolean(code) || !lines.includes(SILENT);
    const summary = element("summary", {}, code ? `${code}, by ${wordsOf(table)}` : `${wordsOf(table)}${open ? "" : ": says nothing"}`);
    return element("details", { class: "part", open }, summary, element("ul", { class: "because" }, ...lines.map((line) => element("li", {}, line))));
  });
}
