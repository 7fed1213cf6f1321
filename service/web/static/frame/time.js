// Times as people read them.

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long ago, in one unit: "12 min", "3 h", "4 d". */
export function age(moment, now = Date.now()) {
  const seconds = Math.max(0, (now - new Date(moment).getTime()) / 1000);
  if (seconds < MINUTE) return "now";
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min`;
  if (seconds < 2 * DAY) return `${Math.floor(seconds / HOUR)} h`;
  return `${Math.floor(seconds / DAY)} d`;
}

/** The same as a phrase: "3 h ago", "just now". */
export function agoOf(moment) {
  const unit = age(moment);
  return unit === "now" ? "just now" : `${unit} ago`;
}

/** A moment with date and time, as the reader's system writes it. */
export const whenOf = (moment) =>
  new Date(moment).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });

/** The day of a moment, as the reader's system writes it. */
export const dayOf = (moment) => new Date(moment).toLocaleDateString(undefined, { dateStyle: "medium" });

/** The time of a moment, without the date. */
export const clockOf = (moment) => new Date(moment).toLocaleTimeString(undefined, { timeStyle: "short" });

export const isAhead = (moment) => Boolean(moment) && new Date(moment) > new Date();
