// What the page says to the person: one line, in a live region, so that it is heard as well.

import { byId } from "./dom.js";

/** Say something; a problem stays until something else is said, all else fades. */
export function say(text, { problem = false } = {}) {
  const message = byId("message");
  message.classList.toggle("problem", problem);
  message.textContent = text;
  message.parentElement.toggleAttribute("data-said", Boolean(text));
}
