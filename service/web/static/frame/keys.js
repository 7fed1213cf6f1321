// Single keys press the controls that carry them in data-action: a button is clicked, a field is entered.
// Never while somebody types or is in a form, never with a dialog open, and each key can be put on another one.

import { keep, kept } from "./preferences.js";

/** Every action that has a key. `repeats`: a held key may walk the list; it must not approve a row of lines. */
export const ACTIONS = [
  { id: "approve", key: "a", label: "Approve, and go on to the next" },
  { id: "edit", key: "e", label: "Edit the line" },
  { id: "modifiers", key: "M", label: "Edit the modifiers" },
  { id: "reject", key: "r", label: "Reject, with a reason" },
  { id: "ask", key: "q", label: "Ask the clinician" },
  { id: "hold", key: "h", label: "Hold for later" },
  { id: "add", key: "+", label: "Add a charge" },
  { id: "split", key: "s", label: "Split the line" },
  { id: "undo", key: "u", label: "Undo the last decision" },
  { id: "comment", key: "m", label: "Comment" },
  { id: "claim", key: "c", label: "Claim the line, or give it back" },
  { id: "assign", key: "i", label: "Assign to somebody" },
  { id: "next", key: "j", label: "Next line", repeats: true },
  { id: "previous", key: "k", label: "Previous line", repeats: true },
  { id: "best", key: "n", label: "Next best line for me" },
  { id: "evidence-next", key: "]", label: "Next piece of evidence", repeats: true },
  { id: "evidence-previous", key: "[", label: "Previous piece of evidence", repeats: true },
  { id: "raw", key: "v", label: "The message as it came, or to be read" },
  { id: "select", key: "x", label: "Select the line for a batch" },
  { id: "search", key: "/", label: "Search the worklist" },
  { id: "export", key: "o", label: "Take the worklist away as a file" },
  { id: "reload", key: ".", label: "Load the list anew" },
  { id: "view-1", key: "1", label: "Review" },
  { id: "view-2", key: "2", label: "Dashboard" },
  { id: "view-3", key: "3", label: "Postings" },
  { id: "view-4", key: "4", label: "Quarantine" },
  { id: "view-5", key: "5", label: "Feeds" },
  { id: "view-6", key: "6", label: "Mappings" },
  { id: "view-7", key: "7", label: "Reconciliation" },
  { id: "keys", key: "?", label: "This list" },
];

const state = { on: true, chosen: {} }; // chosen: action -> key, where it is not the first one
const listeners = new Set();

/** The key of an action, as it is now. */
export const keyOf = ({ id, key }) => state.chosen[id] ?? key;

const holderOf = (key) => ACTIONS.find((action) => keyOf(action) === key);

export function startKeys() {
  const found = kept("keys") ?? {};
  state.on = found.on !== false;
  for (const { id } of ACTIONS) if (isKey(found.chosen?.[id])) state.chosen[id] = found.chosen[id];
  document.addEventListener("keydown", press);
  label(document);
}

export const areKeysOn = () => state.on;

export function turnKeys(on) {
  state.on = on;
  changed();
}

/** Put an action on another key; gives the sentence that says why not. */
export function putOnKey(action, key) {
  if (!isKey(key)) return "Choose a single letter, digit or sign.";
  const holder = holderOf(key);
  if (holder && holder.id !== action.id) return `${key} is taken: ${holder.label}.`;
  state.chosen[action.id] = key;
  changed();
  return "";
}

export function resetKeys() {
  state.chosen = {};
  changed();
}

/** Write the keys on the controls below a node. */
export function label(root) {
  for (const control of root.querySelectorAll("[data-action]")) {
    const action = ACTIONS.find(({ id }) => id === control.dataset.action);
    const kbd = control.querySelector("kbd") ?? control.parentElement.querySelector(":scope > kbd");
    if (state.on) control.setAttribute("aria-keyshortcuts", keyOf(action));
    else control.removeAttribute("aria-keyshortcuts");
    if (!kbd) continue;
    kbd.textContent = keyOf(action);
    kbd.hidden = !state.on;
  }
}

export const onKeysChanged = (listener) => listeners.add(listener);

function changed() {
  keep("keys", state);
  label(document);
  for (const listener of listeners) listener();
}

const isKey = (key) => typeof key === "string" && [...key].length === 1 && key.trim() === key;

function press(event) {
  const action = holderOf(event.key);
  if (!action || !isMeant(event, action)) return;
  const controls = document.querySelectorAll(`[data-action="${action.id}"]`);
  const control = [...controls].find((each) => each.checkVisibility() && !each.disabled);
  if (!control) return;
  event.preventDefault();
  if (control.matches("input")) {
    control.focus();
    control.select();
  } else control.click();
}

function isMeant(event, { repeats }) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.defaultPrevented) return false;
  if (event.repeat && !repeats) return false;
  return state.on && !isTyping(event.target) && !event.target.closest("form") && !document.querySelector("dialog[open]");
}

/** Whether letters go into what has the focus; a tick box or a radio button takes none. */
export function isTyping(target) {
  if (target.isContentEditable || target.matches("textarea, select")) return true;
  return target.matches("input") && !["checkbox", "radio", "button"].includes(target.type);
}
