// What is asked: before a code may stand, to confirm one, and what a clinician was asked and has answered.

import { button, element } from "../frame/dom.js";
import { whenOf } from "../frame/time.js";
import { inWords, titleOf } from "./line.js";
import { listed } from "./sections.js";

/** The sections of a line's questions. `tools.answer` and `tools.withdraw` are called with a question that was asked. */
export function questionNodes(line, tools) {
  const blocking = line.questions.filter((each) => each.blocking).map((each) => questionNode(line, each));
  const sent = (line.asked_questions ?? []).map((each) => askedNode(line, each, tools));
  return [
    listed("Must be answered before a code may stand", blocking, "questions blocking"),
    confirmationsNode(line),
    listed("Asked of the clinician", sent, "questions"),
  ];
}

/** The questions whose answers were taken as documented, or as usual: a code stands, and a person confirms it. */
export const toConfirm = (line) => line.questions.filter((each) => !each.blocking);

export const confirmationsNode = (line) => listed("To confirm", toConfirm(line).map((each) => questionNode(line, each)), "questions");

function questionNode(line, question) {
  const [one, ...others] = question.between;
  const between = others.length ? `decides between ${question.between.join(", ")}` : one && `confirms ${one}`;
  const about = [titleOf(line, question.element), documentedWords(line, question), between].filter(Boolean);
  return element("li", {}, question.wording, element("span", { class: "hint" }, about.join(" · ")));
}

function documentedWords(line, { element: name, conflict }) {
  const values = new Set(line.elements.filter((each) => each.name === name).map((each) => inWords(String(each.value))));
  const words = values.size ? `documented: ${[...values].join(", ")}` : "not documented";
  return conflict ? `documented twice, differently: ${[...values].join(", ")}` : words;
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
