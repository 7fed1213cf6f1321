// What the last thirty days say: work a day, acceptance by row, and how long a charge takes.

import { barsChart, columnsChart } from "../frame/charts.js";
import { element, pairs } from "../frame/dom.js";
import { wordsOf } from "../review/line.js";

const MOST = 8; // rows of tables

const quiet = (words) => element("p", { class: "quiet" }, words);

/** Each gives the title and the body of a card. */
export function throughputCard({ days }) {
  const entries = days.map(({ day, approved, rejected }) => ({ label: day, value: approved + rejected }));
  const title = "Decided a day, last 30 days";
  if (!entries.some(({ value }) => value)) return [title, quiet("Nothing was decided yet.")];
  return [title, columnsChart(entries, "Lines decided a day")];
}

export function acceptanceCard({ rows }) {
  const title = "Approved as proposed, by row, %";
  if (!rows.length) return [title, quiet("Nothing was decided yet.")];
  const entries = rows.slice(0, MOST).map(({ table, row, decided, accepted }) => {
    const share = Math.floor((100 * accepted) / decided);
    return { label: `${wordsOf(table)}${row ? `, row ${row}` : ""} (${decided})`, value: share, kind: share < 80 ? "asks" : "" };
  });
  return [title, barsChart(entries, title)];
}

export function lagCard({ to_approval: approval, to_posting: posting }) {
  const title = "How long a charge takes, days";
  if (!approval.count) return [title, quiet("Nothing was charged yet.")];
  const said = ({ median, nine_in_ten: most }) => (median === null ? "none yet" : `median ${inDays(median)}; 90 % within ${inDays(most)}`);
  return [title, pairs([["Service to approval", said(approval)], ["Approval to billing", said(posting)]])];
}

const inDays = (days) => (days < 0.1 ? "less than 0.1" : days.toFixed(1));
