// A table out of rows: each column has a head, and says what stands in its cell.

import { element } from "./dom.js";

/**
 * `columns` = [[head, (row) => node or text, {number}]]; the first column names the row. On a narrow page cells stand
 * below each other, each after its head: the roles keep it a table for those who hear it.
 */
export function tableOf(caption, columns, rows) {
  const heads = columns.map(([head, , { number } = {}]) => element("th", { scope: "col", role: "columnheader", class: number && "number" }, head));
  return element(
    "table",
    { class: "list stacks", role: "table" },
    element("caption", { class: "spoken" }, caption),
    element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, ...heads)),
    element("tbody", { role: "rowgroup" }, ...rows.map((row) => element("tr", { role: "row" }, ...columns.map((column, n) => cellOf(column, row, n))))),
  );
}

function cellOf([head, of, { number } = {}], row, n) {
  const attributes = { class: number && "number", "data-head": head };
  return n ? element("td", { role: "cell", ...attributes }, of(row)) : element("th", { scope: "row", role: "rowheader", ...attributes }, of(row));
}
