// What the page says to the person: one line, in a live region, so that it is heard as well.

import { byId } from "./dom.js";

const STAYS = 10_000; // ms; a problem stays until something else is said
let fading;

/** Say something. */
export function say(text, { problem = false } = {}) {
  const message = byId("message");
  message.classList.toggle("problem", problem);
  message.textContent = text;
  byId("said").toggleAttribute("data-said", Boolean(text));
  clearTimeout(fading);
  if (text && !problem) fading = setTimeout(() => say(""), STAYS);
}
