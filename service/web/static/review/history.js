// What people decided and said about a line, oldest first.

import { element } from "../frame/dom.js";
import { whenOf } from "../frame/time.js";
import { reasonWords } from "./reasons.js";
import { listed } from "./sections.js";

export function historyNode(line) {
  const decided = line.decisions.map(({ verdict, by, at, reason, text }) => ({ at: at * 1000, by, text: [verdict, reasonWords(reason, text)] }));
  const said = (line.comments ?? []).map(({ at, by, text }) => ({ at, by, text: ["comment", text] }));
  const all = [...decided, ...said].sort((a, b) => new Date(a.at) - new Date(b.at));
  return listed("So far", all.map(entryNode), "history");
}

function entryNode({ at, by, text: [what, words] }) {
  return element("li", {}, `${what} by ${by}${words ? `: ${words}` : ""} `, element("span", { class: "hint" }, whenOf(at)));
}
