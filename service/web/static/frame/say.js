// What the page says to the person: one line, in a live region, so that it is heard as well.

import { byId } from "./dom.js";

const STAYS = 10_000; // ms; a problem stays until the person goes on, or something else is said
let fading;

/** Take a problem off the screen with the next key, press or view: before what it does says something itself. */
export function startSaying() {
  addEventListener("keydown", (event) => isGoingOn(event) && dropProblem(), { capture: true });
  addEventListener("pointerdown", ({ target }) => byId("said").contains(target) || dropProblem(), { capture: true });
  addEventListener("hashchange", dropProblem);
  byId("said-close").addEventListener("click", dropProblem);
}

/** Say something. */
export function say(text, { problem = false } = {}) {
  const message = byId("message");
  message.classList.toggle("problem", problem);
  message.textContent = text;
  byId("said").toggleAttribute("data-said", Boolean(text));
  byId("said-close").hidden = !problem;
  clearTimeout(fading);
  if (text && !problem) fading = setTimeout(() => say(""), STAYS);
}

/** What was said is true no longer. */
export function unsay(text) {
  if (byId("message").textContent === text) say("");
}

function dropProblem() {
  if (byId("message").classList.contains("problem")) say("");
}

/** A held key is no new one, and a message may be copied. */
const isGoingOn = ({ repeat, ctrlKey, metaKey }) => !repeat && !ctrlKey && !metaKey;
