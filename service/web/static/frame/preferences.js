// What the browser keeps from one day to the next: widths of panes, the theme, keys. Never a word about a patient,
// and never a secret. No other script of the page may touch the storage; tests/unit/web holds it to that.

const PREFIX = "charge-capture:";
const KEPT = new Set(["panes", "theme", "keys"]);

/** What was kept under a name, or null: a browser may keep nothing, or something that is no longer understood. */
export function kept(name) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name));
  } catch {
    return null;
  }
}

/** Keep a value under one of the known names; null forgets it. */
export function keep(name, value) {
  if (!KEPT.has(name)) throw new Error(`${name} is nothing that a browser may keep`);
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Private windows may refuse: then it holds until the page is left.
  }
}
