// What a payer's policy, as the site noted it, may find wanting. Flags: they change no code and stop no approval.

import { element } from "../frame/dom.js";
import { listed } from "./sections.js";

export function coverageNode(flags) {
  return listed("Coverage", flags.map(flagNode), "coverage");
}

function flagNode(flag) {
  return element("li", {}, flag.why, element("span", { class: "hint" }, flag.source));
}
