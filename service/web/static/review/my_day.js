// What the user has decided today, beside her name.

import { byId } from "../frame/dom.js";

const PATH = "/v1/me/day";

/** Show it, as far as the service counts it. */
export async function showMyDay(session) {
  if (!session.offers(`GET ${PATH}`) || !session.has("coder", "lead")) return;
  const { approved = 0, changed = 0, rejected = 0, asked = 0 } = await session.api.get(PATH);
  byId("day").textContent = `Today: ${approved} approved, ${rejected} rejected, ${asked} asked`;
  byId("day").title = `${changed} changed`;
}
