// What is asked: before a code may stand, to confirm one, and what a clinician was asked and has answered.

import { button, element } from "../frame/dom.js";
import { whenOf } from "../frame/time.js";
import { titleOf } from "./line.js";
import { listed } from "./sections.js";

/** The sections of a line's questions. `tools.answer` and `tools.withdraw` are called with a question that was asked. */
export function questionNodes(line, tools) {
  const asked = (blocking) => line.questions.filter((each) => each.blocking === blocking).map((each) => questionNode(line, each));
  const sent = (line.asked_questions ?? []).map((each) => askedNode(line, each, tools));
  return [
    listed("Must be answered before a code may stand", asked(true), "questions blocking"),
    listed("To confirm", asked(false), "questions"),
    listed("Asked of the clinician", sent, "questions"),
  ];
}

function questionNode(line, question) {
  const [one, ...others] = question.between;
  const between = others.length ? `decides between ${question.between.join(", ")}` : one && `confirms ${one}`;
  const about = [titleOf(line, question.element), question.conflict && "documented twice, differently", between].filter(Boolean);
  return element("li", {}, question.wording, element("span", { class: "hint" }, about.join(" · ")));
}

function askedNode(line, question, { answer, withdraw }) {
  const { state, asked_by: by, asked_at: at, answered_by: answeredBy, value, text } = question;
  const open = state === "open";
  const said = state === "answered" ? `${[value].flat().join(", ")}${text ? `: ${text}` : ""} (${answeredBy})` : "";
  return element(
    "li",
    {},
    question.wording,
    said && element("p", {}, element("strong", {}, said)),
    element("span", { class: "hint" }, `${titleOf(line, question.element)} · ${state} · asked by ${by}, ${whenOf(at)}${question.note ? ` · ${question.note}` : ""}`),
    open && element("span", { class: "bar" }, button({}, () => answer(question), "Record the answer"), button({ class: "plain" }, () => withdraw(question), "Withdraw")),
  );
}
