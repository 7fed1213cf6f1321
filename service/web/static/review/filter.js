// A filter of the worklist: which lines, in which order. Ids, codes and closed words only: it goes into addresses.

import { wordsOf } from "./line.js";

const ORDERS = { oldest: "oldest first", newest: "newest first", service_date: "by service date", limit: "by filing limit" };
const WORDS = {
  status: (value) => value.replace("_", " "),
  table: wordsOf,
  code: (value) => value,
  payer: (value) => value.replaceAll("_", " "),
  provider: () => "one provider",
  facility: (value) => `facility ${value}`,
  assigned: (value) => ({ me: "assigned to me", none: "assigned to nobody" })[value] ?? `assigned to ${value}`,
  claimed: (value) => ({ me: "claimed by me", none: "not claimed", others: "claimed by others" })[value],
  held: (value) => (value === "true" ? "held" : "not held"),
  question: (value) => (value === "true" ? "with a question" : "without a question"),
  asked: (value) => (value === "true" ? "asked" : "not asked"),
  edit: (value) => (value === "true" ? "an edit bites" : "no edit bites"),
  older_than_days: (value) => `older than ${value} days`,
  younger_than_days: (value) => `younger than ${value} days`,
  due_within_days: (value) => (Number(value) < 0 ? "filing limit is over" : `filing limit within ${value} days`),
  least_amount: (value) => `at stake: ${value} or more`,
  order: (value) => ORDERS[value],
};
const MANY = new Set(["status", "table", "code", "payer"]);
const TRUTHS = new Set(["held", "question", "edit", "asked"]);
const NUMBERS = new Set(["older_than_days", "younger_than_days", "due_within_days", "least_amount"]);

/** [name, value] pairs -> the query of a worklist. */
export const queryOf = (pairs) => new URLSearchParams(pairs).toString();

/** A pair as a person says it. */
export const wordsOfPair = ([name, value]) => WORDS[name](value);

/** The pairs as JSON, for views and for the next best line: {"status": [...], "held": false}. */
export function jsonOf(pairs) {
  const json = {};
  for (const [name, value] of pairs) {
    if (MANY.has(name)) json[name] = [...(json[name] ?? []), value];
    else if (TRUTHS.has(name)) json[name] = value === "true";
    else json[name] = NUMBERS.has(name) ? Number(value) : value;
  }
  return json;
}

/** The pairs of such JSON; what this page does not know is left out. */
export function pairsOf(json) {
  return Object.entries(json)
    .filter(([name, value]) => name in WORDS && value !== null && value !== "")
    .flatMap(([name, value]) => [value].flat().map((each) => [name, String(each)]));
}

/** The pairs with one more; of a name that has one value, the old one goes. */
export function withPair(pairs, [name, value]) {
  const rest = pairs.filter(([other, old]) => (MANY.has(name) ? other !== name || old !== value : other !== name));
  return value === "" ? rest : [...rest, [name, value]];
}
