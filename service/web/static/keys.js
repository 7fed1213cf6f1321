// Single keys press the buttons that carry them in aria-keyshortcuts. Never while somebody types.

import { byId, element } from "./dom.js";

const REPEATING = new Set(["j", "k"]); // a held key may walk the list; it must not approve a row of lines

export function listenForKeys() {
  const buttons = [...document.querySelectorAll("button[aria-keyshortcuts]")];
  const byKey = new Map(buttons.map((button) => [button.getAttribute("aria-keyshortcuts"), button]));
  document.addEventListener("keydown", (event) => {
    const button = byKey.get(event.key);
    if (!button || !isMeant(event) || button.closest("[hidden]")) return;
    event.preventDefault();
    button.click();
  });
  byId("key-list").append(...buttons.flatMap(keyEntry));
}

function isMeant(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return false;
  if (event.repeat && !REPEATING.has(event.key)) return false;
  return byId("keys-on").checked && !isTyping(event.target) && !document.querySelector("dialog[open]");
}

const isTyping = (target) => target.isContentEditable || target.matches("input, textarea, select");

function keyEntry(button) {
  const key = button.getAttribute("aria-keyshortcuts");
  const label = button.firstChild.textContent.trim();
  return [element("dt", {}, element("kbd", {}, key)), element("dd", {}, label)];
}
