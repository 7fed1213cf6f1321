// The signs of the page, each drawn on a grid of 16. None stands alone: a word is beside it, or spoken.

import { element, spoken } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
const SHAPES = {
  question: "M5.6 6.2a2.4 2.4 0 1 1 3.5 2.1c-.7.4-1.1.8-1.1 1.6M8 12v.3",
  edit: "M8 2.6 14.2 13H1.8ZM8 6.6v3M8 11.2v.3",
  person: "M8 8.2a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4ZM2.8 13.4c.8-2.4 2.8-3.6 5.2-3.6s4.4 1.2 5.2 3.6",
  hold: "M5.6 3.5v9M10.4 3.5v9",
  clock: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 4.8V8l2.2 1.6",
  credit: "M13 5H4M6.8 2.2 4 5l2.8 2.8M3 11h9M9.2 8.2 12 11l-2.8 2.8",
  eye: "M1.6 8S4 3.8 8 3.8 14.4 8 14.4 8 12 12.2 8 12.2 1.6 8 1.6 8ZM8 9.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6Z",
  tick: "M3.2 8.6 6.4 11.8 12.8 4.6",
  cross: "M4 4l8 8M12 4l-8 8",
  up: "M8 12.6V3.6M4.4 7.2 8 3.6l3.6 3.6",
  down: "M8 3.4v9M4.4 8.8 8 12.4l3.6-3.6",
  search: "M7 11.6A4.6 4.6 0 1 0 7 2.4a4.6 4.6 0 0 0 0 9.2ZM10.4 10.4 14 14",
  note: "M3 3h10v7.4H8.4L5.4 13v-2.6H3Z",
};

/** A sign; with `says`, its meaning in words for those who hear the page. */
export function icon(name, says = "") {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SHAPES[name]);
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon");
  svg.append(path);
  return says ? element("span", { class: `sign ${name}`, title: says }, svg, spoken(says)) : svg;
}
