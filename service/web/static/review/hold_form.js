// Putting a line aside until something comes.

import { field, input, openForm } from "./form.js";

/** `send({reason, until})` gives the sentence that says why it was not taken. */
export function openHoldForm(send) {
  const reason = input("reason", { maxlength: 500, required: true });
  const until = input("until", { type: "date" });
  openForm({
    title: "Hold the line",
    fields: [field("What it waits for", reason), field("Until, if a day is known", until)],
    submit: "Hold",
    send: () => send({ reason: reason.value.trim(), ...(until.value && { until: until.value }) }),
  });
}
