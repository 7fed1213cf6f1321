// The codes that were considered, and why each is not proposed.

import { element } from "../frame/dom.js";
import { listed } from "./sections.js";

/** As the service says it; without that, the codes between which an open question decides. */
export function consideredNode(line) {
  const said = line.considered ?? fromQuestions(line);
  const entries = said.map(({ code, why_not: why }) => element("li", {}, element("strong", {}, code), element("span", {}, why)));
  return listed("Considered, and not proposed", entries, "considered");
}

function fromQuestions(line) {
  const whys = new Map();
  for (const { between, element: about } of line.questions) {
    for (const code of between) if (code !== line.code) whys.set(code, [...(whys.get(code) ?? []), about]);
  }
  return [...whys].map(([code, abouts]) => ({ code, why_not: `open: ${[...new Set(abouts)].join(", ")}` }));
}
