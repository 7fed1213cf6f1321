// Saying something about a line, to those who will see it later.

import { element } from "../frame/dom.js";
import { field, openForm } from "./form.js";

/** `send({text})` gives the sentence that says why it was not taken. */
export function openCommentForm(draft, typed, send) {
  const text = element("textarea", { name: "text", maxlength: 2000, required: true, rows: 3 });
  text.value = draft?.text ?? "";
  openForm({
    title: "Comment",
    fields: [field("Comment", text, "Ctrl+Enter sends it; Enter begins a line.")],
    submit: "Comment",
    send: () => send({ text: text.value.trim() }),
    typed: () => typed({ text: text.value }),
  });
}
