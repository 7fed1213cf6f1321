// One line made into several: the units of the parts are those of the line, and nothing of it is lost.

import { button, element } from "../frame/dom.js";
import { field, input, openForm } from "./form.js";
import { modifiersField } from "./modifiers_field.js";

const MOST = 10; // parts

/** `send(split)` gives the sentence that says why it was not taken. */
export function openSplitForm(line, send) {
  const parts = [];
  const list = element("div", { class: "parts-list" });
  const sum = element("p", { class: "hint", role: "status" });
  const more = button({ class: "plain" }, () => add(1), "Another part");
  const count = () => {
    const found = parts.reduce((all, { units }) => all + (Number(units.value) || 0), 0);
    sum.textContent = `${found} of ${line.units} units`;
    more.disabled = parts.length >= MOST;
  };
  const add = (units) => {
    const part = partOf(line, units, parts.length + 1);
    parts.push(part);
    list.append(part.node);
    count();
  };
  const first = Math.max(1, Math.floor(line.units / 2));
  for (const units of [first, Math.max(1, line.units - first)]) add(units);
  const reason = input("reason", { maxlength: 500, required: true });
  openForm({
    title: `Split ${line.code} × ${line.units}`,
    fields: [list, element("div", { class: "bar" }, sum, more), field("Reason", reason)],
    submit: "Split",
    send: () => send({ reason: reason.value.trim(), parts: parts.map(({ read }) => read()) }),
    typed: count,
  });
}

function partOf(line, many, number) {
  const units = input(`units-${number}`, { type: "number", min: 1, max: 9999, step: 1, required: true, value: many });
  const code = input(`code-${number}`, { maxlength: 5, required: true, spellcheck: "false", class: "code", value: line.code });
  const modifiers = modifiersField(line.modifiers, `Part ${number}: modifier`);
  const node = element(
    "fieldset",
    { class: "split-part" },
    element("legend", {}, `Part ${number}`),
    element("div", { class: "fields" }, field("Units", units), field("Code", code)),
    modifiers.node,
  );
  const read = () => ({ units: Number(units.value), code: code.value.trim().toUpperCase(), modifiers: modifiers.read() });
  return { node, units, read };
}
