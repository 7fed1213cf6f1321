// The edits, of CMS and of tables, that bite a line, or one beside it.

import { element } from "../frame/dom.js";
import { listed } from "./sections.js";

export function editsNode(edits) {
  return listed("Edits that bite", edits.map(editNode), "edits");
}

function editNode(edit) {
  const whose = edit.own ? "this line" : "the line beside it";
  const means = edit.severity === "denied" ? "not paid as it stands" : "paid only with documentation";
  return element("li", {}, edit.why, element("span", { class: "hint" }, `${whose}: ${means} · ${edit.source}`));
}
