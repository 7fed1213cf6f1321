// What is asked: before a code may stand, to confirm one, and what a clinician was asked and has answered.

import { element } from "../frame/dom.js";
import { listed } from "./sections.js";

/** The sections of a line's questions. */
export function questionNodes(line) {
  const asked = (blocking) => line.questions.filter((each) => each.blocking === blocking).map(questionNode);
  return [
    listed("Must be answered before a code may stand", asked(true), "questions blocking"),
    listed("To confirm", asked(false), "questions"),
  ];
}

function questionNode(question) {
  const between = question.between.length ? `decides between ${question.between.join(", ")}` : "";
  const about = [question.element, question.conflict && "documented twice, differently", between].filter(Boolean);
  return element("li", {}, question.wording, element("span", { class: "hint" }, about.join(" · ")));
}
