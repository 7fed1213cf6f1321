// The dialog that lists the keys: what each does, and putting it on another one.

import { button, byId, element } from "./dom.js";
import { ACTIONS, areKeysOn, keyOf, onKeysChanged, putOnKey, resetKeys, turnKeys } from "./keys.js";

let awaited = null; // the action that waits for its new key

export function startKeyList() {
  const dialog = byId("key-dialog");
  byId("keys").addEventListener("click", () => open(dialog));
  byId("keys-on").addEventListener("change", () => turnKeys(byId("keys-on").checked));
  byId("keys-reset").addEventListener("click", () => {
    resetKeys();
    tell("All keys are as they were at first.");
  });
  dialog.addEventListener("keydown", take);
  dialog.addEventListener("close", () => (awaited = null));
  onKeysChanged(show);
}

function open(dialog) {
  byId("keys-on").checked = areKeysOn();
  tell("");
  show();
  dialog.showModal();
}

function show() {
  byId("key-list").replaceChildren(...ACTIONS.map(rowOf));
  byId("key-count").textContent = `${ACTIONS.length} keys: scroll for those below.`;
}

function rowOf(action) {
  const waits = awaited?.id === action.id;
  const change = button(
    { class: "plain", "aria-label": `Change the key of: ${action.label}` },
    () => wait(action),
    waits ? "Press a key" : "Change",
  );
  const row = element("tr", {}, element("td", {}, element("kbd", {}, keyOf(action))));
  row.append(element("th", { scope: "row" }, action.label), element("td", {}, change));
  if (waits) queueMicrotask(() => change.focus());
  return row;
}

function wait(action) {
  awaited = action;
  tell(`Press the new key for: ${action.label}. Escape leaves it as it is.`);
  show();
}

/** The key that was waited for; Escape, and keys that move the focus, are none. */
function take(event) {
  if (!awaited || event.key.length > 1 || event.key === " ") {
    if (awaited && event.key === "Escape") {
      event.preventDefault();
      awaited = null;
      tell("");
      show();
    }
    return;
  }
  event.preventDefault();
  const refused = putOnKey(awaited, event.key);
  tell(refused || `${event.key}: ${awaited.label}.`);
  if (refused) return;
  const { id } = awaited;
  awaited = null;
  show();
  byId("key-list").rows[ACTIONS.findIndex((action) => action.id === id)].querySelector("button").focus();
}

const tell = (text) => (byId("key-told").textContent = text);
