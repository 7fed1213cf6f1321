// The foot of the page: how many lines stand where, and the postings that need a person.

import { byId, element } from "./dom.js";

const COUNTED = ["proposed", "waiting", "approved", "rejected", "superseded"];

export function showFoot(counts, postings) {
  byId("counts").textContent = COUNTED.map((status) => `${counts[status] ?? 0} ${status}`).join(" · ");
  byId("postings-title").textContent = `Postings that need a person: ${postings.length}`;
  byId("postings-list").replaceChildren(...postings.map(postingNode));
}

function postingNode({ charge, destination, state, note, attempts }) {
  const text = `Charge ${charge} to ${destination}: ${state} after ${attempts} attempts${note ? `: ${note}` : ""}`;
  return element("li", {}, text);
}
