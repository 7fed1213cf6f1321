// Lines by which the same code is charged already: under another order of the patient, or another patient's number.

import { button, element } from "../frame/dom.js";
import { headline } from "./line.js";
import { listed } from "./sections.js";

/** `showLine(id)`: asked for the other line; without it nothing leads there. */
export function duplicatesNode(duplicates, showLine = null) {
  return listed("Possibly charged already", duplicates.map((other) => duplicateNode(other, showLine)), "edits");
}

/** What another line charged, in a few words. */
export const duplicateWords = ({ order_number: order, approved_by: by, other_patient: isOther, ...line }) =>
  [`${headline(line)} of the same ${isOther ? "day, for a patient of another number" : "patient and day"}`, order ? `order ${order}` : "another procedure", `approved by ${by}`].join(", ");

function duplicateNode(other, showLine) {
  const way = showLine && button({ class: "plain" }, () => showLine(other.id), "Show that line");
  return element("li", {}, duplicateWords(other), way);
}
