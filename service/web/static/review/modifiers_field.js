// Four boxes for modifiers, in their order on the claim. Two characters go on to the next box; what is pasted is
// spread over the boxes.

import { element } from "../frame/dom.js";
import { input } from "./form.js";

const BOXES = 4;

/** `name`: what each box is called before its number; two such fields may stand in one form. */
export function modifiersField(modifiers, name = "Modifier") {
  const boxes = Array.from({ length: BOXES }, (_, n) =>
    input(`modifier-${n + 1}`, { maxlength: 2, spellcheck: "false", "aria-label": `${name} ${n + 1}`, value: modifiers[n] ?? "" }),
  );
  const group = element("div", { class: "modifiers" }, ...boxes);
  group.addEventListener("input", ({ target, inputType }) => {
    if (target.value.length === 2 && inputType === "insertText") boxes[boxes.indexOf(target) + 1]?.select();
  });
  group.addEventListener("paste", (event) => spread(event, boxes));
  return {
    node: element("fieldset", { class: "field" }, element("legend", {}, "Modifiers, in order"), group),
    read: () => boxes.map((box) => box.value.trim().toUpperCase()).filter(Boolean),
  };
}

/** Go to the first box of an open form that is empty. */
export function enterModifiers() {
  [...document.querySelectorAll("#form .modifiers input")].find((box) => !box.value)?.focus();
}

function spread(event, boxes) {
  const parts = event.clipboardData.getData("text").split(/[\s,-]+/).filter(Boolean);
  if (parts.length < 2) return;
  event.preventDefault();
  boxes.forEach((box, n) => (box.value = parts[n] ?? ""));
}
