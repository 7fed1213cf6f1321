// Dialogs: a form that stays open until what it asks for was accepted.

/**
 * Open a dialog with these values in its form. `submit(values)` gives a sentence that says what is wrong, or
 * nothing: then the dialog closes.
 */
export function openDialog(dialog, values, submit) {
  const form = dialog.querySelector("form");
  const error = dialog.querySelector(".error");
  form.reset();
  for (const [name, value] of Object.entries(values)) form.elements[name].value = value;
  error.textContent = "";
  form.onsubmit = async (event) => {
    event.preventDefault();
    const wrong = await submit(Object.fromEntries(new FormData(form)));
    if (wrong) error.textContent = wrong;
    else dialog.close();
  };
  dialog.querySelector(".cancel").onclick = () => dialog.close();
  dialog.showModal();
}

/** The body of a change: what differs from the line, and why. */
export function changeOf(line, { code, units, modifiers, reason }) {
  const body = { reason: reason.trim() };
  const wanted = modifiers.toUpperCase().split(/[\s,]+/).filter(Boolean);
  const spelled = code.trim().toUpperCase();
  if (spelled !== line.code) body.code = spelled;
  if (Number(units) !== line.units) body.units = Number(units);
  if (wanted.join() !== line.modifiers.join()) body.modifiers = wanted;
  return body;
}
