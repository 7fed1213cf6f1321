// What people decided and said about a line, oldest first.

import { element } from "../frame/dom.js";
import { whenOf } from "../frame/time.js";
import { titleOf } from "./line.js";
import { reasonWords } from "./reasons.js";
import { listed } from "./sections.js";

/** What was decided, as it is told. */
const VERDICTS = {
  approve: "approved",
  change: "changed",
  reject: "rejected",
  first_approval: "approved, the first of two",
  add: "added",
  split: "split",
  hold: "held",
  unhold: "no longer held",
  take_over: "taken over",
  undo_approval: "approval undone",
  undo_rejection: "rejection undone",
  undo_first: "first approval undone",
};

export function historyNode(line) {
  const decided = line.decisions.map(({ verdict, by, at, reason, text, confirmed }) => ({ at: at * 1000, by, text: [VERDICTS[verdict] ?? verdict, reasonWords(reason, text) || confirmedWords(line, confirmed)] }));
  const said = (line.comments ?? []).map(({ at, by, text }) => ({ at, by, text: ["comment", text] }));
  const all = [...decided, ...said].sort((a, b) => new Date(a.at) - new Date(b.at));
  return listed("So far", all.map(entryNode), "history");
}

const confirmedWords = (line, names = []) => names.length && `confirmed ${names.map((name) => titleOf(line, name)).join(", ")}`;

function entryNode({ at, by, text: [what, words] }) {
  return element("li", {}, `${what} by ${by}${words ? `: ${words}` : ""} `, element("span", { class: "hint" }, whenOf(at)));
}
