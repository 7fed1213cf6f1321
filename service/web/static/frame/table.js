// A table out of rows: each column has a head, and says what stands in its cell.

import { element } from "./dom.js";

/** `columns` = [[head, (row) => node or text, {number}]]; the first column names the row. */
export function tableOf(caption, columns, rows) {
  const heads = columns.map(([head, , { number } = {}]) => element("th", { scope: "col", class: number && "number" }, head));
  return element(
    "table",
    { class: "list" },
    element("caption", { class: "spoken" }, caption),
    element("thead", {}, element("tr", {}, ...heads)),
    element("tbody", {}, ...rows.map((row) => element("tr", {}, ...columns.map((column, n) => cellOf(column, row, n))))),
  );
}

function cellOf([, of, { number } = {}], row, n) {
  const value = of(row);
  const attributes = { class: number && "number" };
  return n ? element("td", attributes, value) : element("th", { scope: "row", ...attributes }, value);
}
