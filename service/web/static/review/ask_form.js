// Asking the clinician: the wording is the computed one, which leads to no answer; a note may say where to look.

import { element } from "../frame/dom.js";
import { field, input, openForm } from "./form.js";
import { titleOf } from "./line.js";

/** `send({element, note})` gives the sentence that says why it was not taken. */
export function openAskForm(line, send) {
  const choices = line.questions.map((question, n) => choiceNode(line, question, n));
  const note = input("note", { maxlength: 500 });
  const chosen = () => choices.map((choice) => choice.querySelector("input")).find((radio) => radio.checked);
  openForm({
    title: "Ask the clinician",
    fields: choices.length
      ? [element("fieldset", { class: "choices" }, element("legend", { class: "spoken" }, "Question"), ...choices), field("Note, if any", note)]
      : [element("p", {}, "The mapping has no question about this line: write a comment, or hold it.")],
    submit: choices.length && "Ask",
    send: () => send({ element: chosen().value, ...(note.value.trim() && { note: note.value.trim() }) }),
  });
}

const choiceNode = (line, question, n) =>
  element(
    "label",
    {},
    element("input", { type: "radio", name: "element", value: question.element, checked: n === 0 }),
    question.wording,
    element("span", { class: "hint" }, ` ${titleOf(line, question.element)}`),
  );
