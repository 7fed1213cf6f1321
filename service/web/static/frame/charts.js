// Pictures of numbers, as SVG: the numbers stand beside them, or in their label, for those who do not see them.

import { element } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";

function svg(tag, attributes) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

/** Bars beside their names and numbers: entries = [{label, value, kind?, says?}]. */
export function barsChart(entries, what) {
  const most = Math.max(1, ...entries.map(({ value }) => value));
  const rows = entries.map(({ label, value, kind = "", says = value.toLocaleString() }) => {
    const picture = svg("svg", { viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true", class: `bar-picture ${kind}` });
    picture.append(svg("rect", { width: (100 * value) / most, height: 8 }));
    return [element("dt", {}, label), element("dd", {}, picture, element("span", { class: "number" }, says))];
  });
  return element("dl", { class: "bars", "aria-label": what }, ...rows.flat());
}

/** Columns over time: entries = [{label, value}]. */
export function columnsChart(entries, what) {
  const most = Math.max(1, ...entries.map(({ value }) => value));
  const sum = entries.reduce((all, { value }) => all + value, 0);
  const picture = svg("svg", { viewBox: `0 0 ${entries.length} 100`, preserveAspectRatio: "none", role: "img", class: "columns-picture" });
  picture.setAttribute("aria-label", `${what}: ${sum.toLocaleString()} in all, the highest column ${most.toLocaleString()}`);
  entries.forEach(({ label, value }, n) => {
    const height = (100 * value) / most;
    const column = svg("rect", { x: n + 0.1, y: 100 - height, width: 0.8, height });
    const title = svg("title", {});
    title.textContent = `${label}: ${value}`;
    column.append(title);
    picture.append(column);
  });
  const axis = element("p", { class: "axis hint" }, element("span", {}, entries[0]?.label ?? ""), element("span", {}, entries.at(-1)?.label ?? ""));
  return element("figure", { class: "columns" }, element("span", { class: "hint" }, `highest column: ${most.toLocaleString()}`), picture, axis);
}

/** One bar out of parts: entries = [{label, value, kind}]. */
export function partsChart(entries, what) {
  const sum = entries.reduce((all, { value }) => all + value, 0) || 1;
  const picture = svg("svg", { viewBox: "0 0 100 8", preserveAspectRatio: "none", role: "img", class: "parts-picture" });
  picture.setAttribute("aria-label", `${what}: ${entries.map(({ label, value }) => `${value} ${label}`).join(", ")}`);
  let at = 0;
  for (const { value, kind } of entries) {
    picture.append(svg("rect", { x: at, width: (100 * value) / sum, height: 8, class: kind }));
    at += (100 * value) / sum;
  }
  const legend = entries.map(({ label, value, kind }) => element("li", { class: kind }, `${value.toLocaleString()} ${label}`));
  return element("div", { class: "parts" }, picture, element("ul", {}, ...legend));
}

/** A number, and what it counts; `kind` colors one that is not 0. */
export const tileNode = (value, words, kind = "") =>
  element("p", { class: `tile ${value ? kind : ""}` }, element("strong", {}, value.toLocaleString()), element("span", {}, words));
