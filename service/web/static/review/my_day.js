// What the user has decided today, beside her name.

import { byId } from "../frame/dom.js";

const PATH = "/v1/me/day";
/** [verdict, words, the verdict that takes it back]. */
const VERDICTS = [
  ["approve", "approved", "undo_approval"],
  ["first_approval", "for second review", "undo_first"],
  ["change", "edited"],
  ["reject", "rejected", "undo_rejection"],
  ["ask", "questions asked"],
];

/** [words, number] of each kind of decision that stands, as far as the service counts them; null when it does not. */
export async function myDay(session) {
  if (!session.offers(`GET ${PATH}`) || !session.has("coder", "lead")) return null;
  const { decisions } = await session.api.get(PATH);
  const many = (verdict) => decisions[verdict] ?? 0;
  // What was decided yesterday may be taken back today.
  return VERDICTS.map(([verdict, words, undo]) => [words, Math.max(0, many(verdict) - many(undo))]);
}

export async function showMyDay(session) {
  const day = await myDay(session);
  if (!day) return;
  const done = day.filter(([, number]) => number).map(([words, number]) => `${number} ${words}`);
  byId("day").textContent = done.length ? `Today: ${done.join(", ")}` : "";
}
