// Rejecting a line: a digit takes the reason and sends it; anything else is written.

import { button, element } from "../frame/dom.js";
import { field, input, openForm } from "./form.js";
import { REASONS } from "./reasons.js";

/** `send({reason, text})` gives the sentence that says why it was not taken. */
export function openRejectForm(send) {
  const text = input("text", { maxlength: 500, spellcheck: "true" });
  const written = () => text.value.trim();
  const buttons = REASONS.map(([reason, words], n) => reasonNode(words, n + 1, () => send({ reason })));
  openForm({
    title: "Reject: this is no charge",
    fields: [element("div", { class: "reasons" }, ...buttons), field("Another reason", text)],
    submit: "Reject",
    send: () => (written() ? send({ reason: "other", text: written() }) : "Say why: choose a reason, or write one."),
  });
  listenForDigits(buttons);
}

const reasonNode = (words, digit, act) =>
  button({ "aria-keyshortcuts": String(digit) }, act, words, element("kbd", { "aria-hidden": "true" }, String(digit)));

function listenForDigits(buttons) {
  const list = buttons[0].parentElement;
  list.addEventListener("keydown", (event) => {
    const chosen = buttons[Number(event.key) - 1];
    if (!chosen || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    chosen.click();
  });
}
