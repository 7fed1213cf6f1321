// The codes that were considered, and why each is not proposed.

import { element } from "../frame/dom.js";
import { titleOf } from "./line.js";
import { listed } from "./sections.js";

/** The codes between which a question of the line decides. */
export function consideredNode(line) {
  const entries = fromQuestions(line).map(({ code, why }) => element("li", {}, element("strong", {}, code), element("span", {}, why)));
  return listed("Considered, and not proposed", entries, "considered");
}

function fromQuestions(line) {
  const whys = new Map();
  for (const { between, element: about } of line.questions) {
    for (const code of between) if (code !== line.code) whys.set(code, [...(whys.get(code) ?? []), titleOf(line, about)]);
  }
  return [...whys].map(([code, abouts]) => ({ code, why: `open: ${[...new Set(abouts)].join(", ")}` }));
}
