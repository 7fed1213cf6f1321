// Editing a line: code, units, modifiers in order, diagnoses in the order of their pointers, provider, date.

import { element } from "../frame/dom.js";
import { diagnosesField } from "./diagnoses_field.js";
import { field, input, openForm } from "./form.js";
import { modifiersField } from "./modifiers_field.js";

const PERFORMER = [
  ["performer_id", "Performer"],
  ["performer_family_name", "Family name"],
  ["performer_given_name", "Given name"],
];
const REASONS = ["The documentation says so", "Confirmed by the clinician", "Rule of the payer", "Slip of the sender"];

/** `draft`: what stood in the form when it was left. `send(change)` gives the sentence that says why it was not taken. */
export function openEditForm(line, { draft, typed, send }) {
  const first = draft ?? line;
  const code = input("code", { maxlength: 5, spellcheck: "false", class: "code", value: first.code });
  const units = input("units", { type: "number", min: 1, max: 9999, step: 1, required: true, value: first.units || 1 });
  const date = input("service_date", { type: "date", value: first.service_date });
  const modifiers = modifiersField(first.modifiers);
  const diagnoses = diagnosesField(first.diagnoses);
  const performer = PERFORMER.map(([name, label]) => [label, input(name, { maxlength: 100, value: first.context[name] ?? "" })]);
  const reason = input("reason", { maxlength: 500, required: true, list: "edit-reasons", value: draft?.reason });
  const read = () => ({
    code: code.value.trim().toUpperCase(),
    units: Number(units.value),
    modifiers: modifiers.read(),
    diagnoses: diagnoses.read(),
    service_date: date.value,
    context: Object.fromEntries(performer.map(([, control]) => [control.name, control.value.trim()])),
    reason: reason.value.trim(),
  });
  openForm({
    title: draft ? "Edit the line: your draft" : "Edit the line",
    fields: [
      element("div", { class: "fields" }, field("Code", code), field("Units", units), field("Service date", date)),
      modifiers.node,
      diagnoses.node,
      element("div", { class: "fields" }, ...performer.map(([label, control]) => field(label, control))),
      field("Reason", reason),
      element("datalist", { id: "edit-reasons" }, ...REASONS.map((value) => element("option", { value }))),
    ],
    submit: "Save the change",
    send: () => send(changeOf(line, read())),
    typed: () => typed(read()),
  });
}

/** The body of a change: what differs from the line, and why. */
export function changeOf(line, { context, reason, ...wanted }) {
  const body = { reason };
  for (const [name, value] of Object.entries(wanted)) {
    if (value !== "" && String(value) !== String(line[name])) body[name] = value;
  }
  const changed = Object.entries(context).filter(([name, value]) => value !== (line.context[name] ?? ""));
  if (changed.length) body.context = Object.fromEntries(changed);
  return body;
}
