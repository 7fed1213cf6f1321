// Giving a line to somebody; a coder takes it for herself, or gives it back.

import { field, input, openForm } from "./form.js";

/** `send({to})` gives the sentence that says why it was not taken. */
export function openAssignForm(me, send) {
  const to = input("to", { maxlength: 64, value: me });
  openForm({
    title: "Assign the line",
    fields: [field("To", to, "A name, or nothing: then it is nobody's.")],
    submit: "Assign",
    send: () => send({ to: to.value.trim() }),
  });
}
