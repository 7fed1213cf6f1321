// The diagnoses that a line points to, the first one first: moved up and down, taken off, added.

import { button, element } from "../frame/dom.js";
import { icon } from "../frame/icons.js";
import { input } from "./form.js";

export function diagnosesField(diagnoses) {
  const list = element("ol", { class: "ordered" });
  const add = button({ class: "plain" }, () => list.append(entryNode("", list)) || list.lastChild.querySelector("input").focus(), "Add a diagnosis");
  list.append(...diagnoses.map((code) => entryNode(code, list)));
  number(list);
  new MutationObserver(() => number(list)).observe(list, { childList: true });
  return {
    node: element("fieldset", { class: "field" }, element("legend", {}, "Diagnoses (ICD-10-CM), in the order of the pointers"), list, add),
    read: () => [...list.querySelectorAll("input")].map((box) => box.value.trim().toUpperCase()).filter(Boolean),
  };
}

function entryNode(code, list) {
  const entry = element("li", {});
  const move = (by) => {
    const other = by < 0 ? entry.previousElementSibling : entry.nextElementSibling;
    if (other) list.insertBefore(by < 0 ? entry : other, by < 0 ? other : entry);
  };
  entry.append(
    element("span", { class: "quiet" }),
    input("diagnosis", { maxlength: 8, spellcheck: "false", class: "code", value: code }),
    button({ class: "plain up" }, () => move(-1), icon("up")),
    button({ class: "plain down" }, () => move(1), icon("down")),
    button({ class: "plain off" }, () => entry.remove(), icon("cross")),
  );
  return entry;
}

/** What stands beside each entry depends on its place. */
function number(list) {
  [...list.children].forEach((entry, n) => {
    const [place, box, up, down, off] = entry.children;
    place.textContent = `${n + 1}.`;
    box.setAttribute("aria-label", `Diagnosis ${n + 1}`);
    up.setAttribute("aria-label", `Move diagnosis ${n + 1} up`);
    down.setAttribute("aria-label", `Move diagnosis ${n + 1} down`);
    off.setAttribute("aria-label", `Take off diagnosis ${n + 1}`);
    up.disabled = n === 0;
    down.disabled = n === list.children.length - 1;
  });
}
