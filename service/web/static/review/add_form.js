// A charge that the mapping did not propose, beside the line, of the same procedure.

import { element } from "../frame/dom.js";
import { field, input, openForm } from "./form.js";
import { modifiersField } from "./modifiers_field.js";

/** `send(charge)` gives the sentence that says why it was not taken. */
export function openAddForm(send) {
  const code = input("code", { maxlength: 5, required: true, spellcheck: "false", class: "code" });
  const units = input("units", { type: "number", min: 1, max: 9999, step: 1, required: true, value: 1 });
  const modifiers = modifiersField([]);
  const reason = input("reason", { maxlength: 500, required: true });
  openForm({
    title: "Add a charge of this procedure",
    fields: [element("div", { class: "fields" }, field("Code", code), field("Units", units)), modifiers.node, field("Reason", reason)],
    submit: "Add",
    send: () =>
      send({
        code: code.value.trim().toUpperCase(),
        units: Number(units.value),
        modifiers: modifiers.read(),
        reason: reason.value.trim(),
      }),
  });
}
