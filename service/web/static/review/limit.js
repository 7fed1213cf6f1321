// How long a payer still takes a claim for a line.

const SOON = 30; // days: what has longer is not worth a sign

/** "12 d left", "3 d overdue"; "" where the limit is not known, or far. */
export function limitSign({ days_left: left }) {
  if (left === null || left === undefined || left > SOON) return "";
  if (left === 0) return "last day";
  return left < 0 ? `${-left} d overdue` : `${left} d left`;
}

export const isOverdue = ({ days_left: left }) => typeof left === "number" && left < 0;

/** "2026-06-09, 12 days left". */
export function limitWords({ file_by: last, days_left: left }) {
  if (!last) return "";
  const days = (n) => `${n} ${n === 1 ? "day" : "days"}`;
  return `${last}, ${left < 0 ? `${days(-left)} overdue` : `${days(left)} left`}`;
}
