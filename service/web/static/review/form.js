// The form of the right pane: it stands above the line, so that the evidence stays in view, and stays open until
// what it asks for was accepted.

import { button, byId, element } from "../frame/dom.js";

let closed = () => {};

/**
 * Open a form. `send()` gives a sentence that says what is wrong, or nothing: then the form closes. `said` is
 * called with whatever was typed, so that it may be kept.
 */
export function openForm({ title, fields, submit, send, typed = () => {} }) {
  const form = byId("form");
  const error = element("p", { class: "error", role: "alert" });
  const bar = element(
    "div",
    { class: "bar" },
    submit && element("button", { type: "submit", class: "primary" }, submit),
    button({}, closeForm, "Cancel"),
  );
  form.setAttribute("aria-label", title);
  form.replaceChildren(element("h3", {}, title), ...fields, error, bar);
  form.onsubmit = async (event) => {
    event.preventDefault();
    error.textContent = "";
    const wrong = await send();
    if (wrong) error.textContent = wrong;
    else if (form.contains(error)) closeForm();
  };
  form.oninput = typed;
  form.onkeydown = (event) => {
    if (event.key === "Escape") closeForm(); // no value: false would swallow every other key
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit(); // of several lines, too
  };
  form.hidden = false;
  closed = focusKept();
  byId("line-pane").scrollTop = 0;
  form.querySelector("input, textarea, select, button").focus();
}

/** Close the form, and give the focus back to where it was. */
export function closeForm() {
  const form = byId("form");
  if (form.hidden) return;
  const focused = form.contains(document.activeElement);
  form.hidden = true;
  form.replaceChildren();
  if (focused) closed();
}

function focusKept() {
  const before = document.activeElement;
  return () => (before?.isConnected && before !== document.body ? before : byId("lines")).focus({ preventScroll: true });
}

/** A labelled field. */
export function field(label, control, hint = "") {
  control.id ||= `field-${control.name}`;
  const text = hint && element("p", { class: "hint", id: `${control.id}-hint` }, hint);
  if (text) control.setAttribute("aria-describedby", text.id);
  return element("div", { class: "field" }, element("label", { for: control.id }, label), control, text || null);
}

/** A one-line input; nothing of it is kept by the browser. */
export const input = (name, attributes = {}) => element("input", { name, autocomplete: "off", ...attributes });
