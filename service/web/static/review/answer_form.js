// Recording what a clinician answered: the form is that of the documented element, with "unable to determine".

import { element } from "../frame/dom.js";
import { field, input, openForm } from "./form.js";

const UNKNOWN = "unable_to_determine";

/** `send(answer)` gives the sentence that says why it was not taken. */
export function openAnswerForm(question, send) {
  const by = input("answered_by", { maxlength: 100, required: true });
  const words = input("text", { maxlength: 500 });
  const value = valueOf(question.form);
  openForm({
    title: `Answer: ${question.wording}`,
    fields: [value.node, field("Answered by", by), field("In their words, if need be", words)],
    submit: "Record the answer",
    send: () =>
      send({
        value: value.read(),
        answered_by: by.value.trim(),
        ...(words.value.trim() && { text: words.value.trim() }),
      }),
  });
}

function valueOf({ type, values = [], unit = "" }) {
  if (type === "choices") return choicesOf(values);
  if (type === "choice") return selectOf(values.map((value) => [value, value]));
  if (type === "boolean") return selectOf([["true", "yes"], ["false", "no"]], (value) => value === "true");
  const control = input("value", { type: { number: "number", date: "date" }[type] ?? "text", step: "any", required: true });
  const read = () => (type === "number" ? Number(control.value) : control.value.trim());
  return { node: field(unit ? `Value (${unit})` : "Value", control), read };
}

function selectOf(entries, meaning = (value) => value) {
  const options = [["", "Choose"], ...entries, [UNKNOWN, "unable to determine"]];
  const select = element("select", { name: "value", required: true }, ...options.map(([value, words]) => element("option", { value }, words)));
  return { node: field("Value", select), read: () => (select.value === UNKNOWN ? UNKNOWN : meaning(select.value)) };
}

function choicesOf(values) {
  const boxes = values.map((value) => element("input", { type: "checkbox", name: "value", value }));
  const labels = boxes.map((box) => element("label", {}, box, box.value));
  const node = element("fieldset", { class: "choices" }, element("legend", {}, "Values"), ...labels);
  const read = () => {
    const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
    return chosen.length ? chosen : UNKNOWN;
  };
  return { node, read };
}
