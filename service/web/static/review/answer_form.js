// Recording what a clinician answered: the form is that of the documented element, with "unable to determine".

import { element } from "../frame/dom.js";
import { field, input, openForm } from "./form.js";

const KINDS = { integer: "number", number: "number", date: "date", datetime: "datetime-local" };
const NUMBERS = new Set(["integer", "number"]);

/** `send(answer)` gives the sentence that says why it was not taken. */
export function openAnswerForm(question, send) {
  const by = input("answered_by", { maxlength: 100, required: true });
  const words = input("text", { maxlength: 500 });
  const value = valueOf(question.form);
  openForm({
    title: "Record the answer",
    fields: [element("p", {}, question.wording), value.node, field("Answered by", by), field("In their words, if need be", words)],
    submit: "Record the answer",
    send: () =>
      send({
        value: value.read(),
        answered_by: by.value.trim(),
        ...(words.value.trim() && { text: words.value.trim() }),
      }),
  });
}

function valueOf(form) {
  if (form.values?.length) return form.many ? boxesOf(form) : selectOf(form, form.values.map((value) => [value, value]));
  if (form.type === "boolean") return selectOf(form, [["true", "yes"], ["false", "no"]]);
  return typedOf(form);
}

/** A list to choose from; the service takes true and false as such. */
function selectOf({ type, unable }, entries) {
  const options = [["", "Choose"], ...entries, [unable, "unable to determine"]];
  const nodes = options.map(([value, words]) => element("option", { value }, words.replaceAll("_", " ")));
  const select = element("select", { name: "value", required: true }, ...nodes);
  const meaning = (value) => (type === "boolean" && value !== unable ? value === "true" : value);
  return { node: field("Value", select), read: () => meaning(select.value) };
}

/** Several values at once; none of them is "unable to determine". */
function boxesOf({ values, unable }) {
  const boxes = values.map((value) => element("input", { type: "checkbox", name: "value", value }));
  const labels = boxes.map((box) => element("label", {}, box, box.value.replaceAll("_", " ")));
  const node = element("fieldset", { class: "choices" }, element("legend", {}, "Values (none: unable to determine)"), ...labels);
  const chosen = () => boxes.filter((box) => box.checked).map((box) => box.value);
  return { node, read: () => (chosen().length ? chosen() : unable) };
}

/** What is typed; left empty, it is "unable to determine". */
function typedOf({ type, many, unit, unable }) {
  const control = input("value", { type: KINDS[type] ?? "text", step: type === "integer" ? 1 : "any" });
  const label = unit ? `Value (${unit})` : "Value";
  const hint = many ? "Several with commas between; empty: unable to determine." : "Empty: unable to determine.";
  const read = () => {
    const typed = control.value.trim();
    if (!typed) return unable;
    if (NUMBERS.has(type)) return Number(typed);
    return many ? typed.split(",").map((each) => each.trim()) : typed;
  };
  return { node: field(label, control, hint), read };
}
