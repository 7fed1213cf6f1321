// What waits, in money by its age, and by how long payers still take a claim for it.

import { barsChart } from "../frame/charts.js";
import { element } from "../frame/dom.js";
import { moneyOf } from "../frame/money.js";

/** Each gives the title and the body of a card, or nothing where the site has not noted what it needs. */
export function moneyCard({ currency, by_age: ages }) {
  if (!currency) return null;
  const title = "Money that waits, by age";
  const says = ({ amount, lines, unpriced }) => (lines && lines === unpriced ? "not known" : moneyOf(amount, currency));
  const entries = ages.map((each, n) => ({ label: `${each.age} days`, value: Number(each.amount), says: says(each), kind: n > 1 ? "asks" : "" }));
  const unpriced = ages.reduce((sum, each) => sum + each.unpriced, 0);
  const note = unpriced ? `${unpriced.toLocaleString()} lines have no known price, and are not in these sums.` : "Every line that waits has a price.";
  return [title, element("div", { class: "money" }, barsChart(entries, title), element("p", { class: "hint" }, note))];
}

export function limitCard({ by_limit: limits }) {
  if (!Object.keys(limits).length) return null;
  const title = "Days until the payers' filing limits";
  const kinds = { overdue: "asks", "0-7": "asks" };
  return [title, barsChart(Object.entries(limits).map(([label, value]) => ({ label, value, kind: kinds[label] })), title)];
}
