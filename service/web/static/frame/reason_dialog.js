// A dialog that asks why, before something is done that others will want to understand.

import { byId } from "./dom.js";

/** Ask; `send(reason)` gives the sentence that says why it was not done, or nothing: then the dialog closes. */
export function askReason({ title, text, verb, send }) {
  const dialog = byId("reason-dialog");
  const [form, reason, error] = [byId("reason-form"), byId("reason"), byId("reason-error")];
  byId("reason-title").textContent = title;
  byId("reason-text").textContent = text;
  byId("reason-verb").textContent = verb;
  error.textContent = "";
  form.reset();
  form.onsubmit = async (event) => {
    event.preventDefault();
    const wrong = await send(reason.value.trim());
    if (wrong) error.textContent = wrong;
    else dialog.close();
  };
  byId("reason-cancel").onclick = () => dialog.close();
  dialog.showModal();
}
