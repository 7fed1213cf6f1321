// What the user has decided today, beside her name.

import { byId } from "../frame/dom.js";

const PATH = "/v1/me/day";
const VERDICTS = [
  ["approve", "approved"],
  ["first_approval", "for second review"],
  ["change", "edited"],
  ["reject", "rejected"],
  ["ask", "asked"],
];

/** [words, number] of each kind of decision, as far as the service counts them; null when it does not. */
export async function myDay(session) {
  if (!session.offers(`GET ${PATH}`) || !session.has("coder", "lead")) return null;
  const { decisions } = await session.api.get(PATH);
  return VERDICTS.map(([verdict, words]) => [words, decisions[verdict] ?? 0]);
}

export async function showMyDay(session) {
  const day = await myDay(session);
  if (!day) return;
  const done = day.filter(([, number]) => number).map(([words, number]) => `${number} ${words}`);
  byId("day").textContent = done.length ? `Today: ${done.join(", ")}` : "";
}
