// Rejecting a line: a digit takes the reason and sends it; anything else is written.

import { button, element } from "../frame/dom.js";
import { field, input, openForm } from "./form.js";

const REASONS = [
  ["not_performed", "It was not performed"],
  ["duplicate", "It is charged already"],
  ["bundled", "It is part of another service"],
  ["not_billable", "It is not billable"],
  ["wrong_code", "The code is wrong"],
  ["insufficient_documentation", "The documentation does not support it"],
  ["wrong_patient", "It is another patient's"],
  ["test_or_training", "It is a test"],
];

/** `send({reason, text})` gives the sentence that says why it was not taken; `coded`: whether reasons have codes. */
export function openRejectForm({ coded, send }) {
  const text = input("reason", { maxlength: 500, spellcheck: "true" });
  const buttons = REASONS.map(([code, words], n) => reasonNode(words, n + 1, () => send({ reason: coded ? code : words })));
  const other = (words) => (coded ? { reason: "other", text: words } : { reason: words });
  openForm({
    title: "Reject: this is no charge",
    fields: [element("div", { class: "reasons" }, ...buttons), field("Another reason", text)],
    submit: "Reject",
    send: () => (text.value.trim() ? send(other(text.value.trim())) : "Say why: choose a reason, or write one."),
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
