// A line that was changed since it was read: what differs, field by field.

import { button, byId, element } from "../frame/dom.js";
import { whenOf } from "../frame/time.js";
import { duplicateWords } from "./duplicates.js";
import { headline, statusWords, titleOf } from "./line.js";
import { reasonWords } from "./reasons.js";

const FIELDS = [
  ["Line", headline],
  ["Status", statusWords],
  ["Service date", (line) => line.service_date],
  ["Diagnoses", (line) => line.diagnoses.join(", ")],
  ["Asked", (line) => line.questions.map((question) => titleOf(line, question.element)).join(", ")],
  ["Edits", (line) => line.edits.map((edit) => edit.why).join("; ")],
  ["Possibly charged already", (line) => line.duplicates.map(duplicateWords).join("; ")],
  ["Documents", (line) => line.documents.map((each) => `${each.message_type} of ${whenOf(each.received_at)}`).join("; ")],
  ["Claimed by", (line) => line.claimed_by],
];

/** Show what differs between a line as it was read, or the one that it replaces, and as it is now. */
export function showUpstream(before, now) {
  const rows = [...differences(before, now)];
  const replaced = before.id !== now.id;
  const head = ["", replaced ? "Before" : "As you read it", "As it is now"].map((name) => element("th", { scope: "col" }, name));
  const table = element("table", {}, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...rows.map(rowNode)));
  const last = now.decisions.at(-1);
  byId("upstream").replaceChildren(
    element("h3", {}, replaced ? "Later documentation changed this line" : "Changed since you read it"),
    last && !replaced && now.decisions.length > before.decisions.length
      ? element("p", {}, `${last.verdict} by ${last.by}: ${reasonWords(last.reason, last.text)}`)
      : "",
    rows.length ? table : element("p", {}, "Nothing that is shown here differs."),
    button({}, hideUpstream, "Seen"),
  );
  byId("upstream").hidden = false;
}

export function hideUpstream() {
  byId("upstream").hidden = true;
  byId("upstream").replaceChildren();
}

/** [what, before, now] for all that differs. */
export function* differences(before, now) {
  for (const [what, of] of FIELDS) if (of(before) !== of(now)) yield [what, of(before), of(now)];
  yield* named("For billing: ", before.context, now.context);
  yield* named("", valuesOf(before), valuesOf(now));
}

function* named(prefix, before, now) {
  for (const name of new Set([...Object.keys(before), ...Object.keys(now)])) {
    if (before[name] !== now[name]) yield [prefix + name, before[name] ?? "", now[name] ?? ""];
  }
}

/** title of an element -> its values, as one text */
function valuesOf(line) {
  const values = {};
  for (const { name: raw, value } of line.elements) {
    const name = titleOf(line, raw);
    values[name] = [...(values[name]?.split(" · ") ?? []), String(value)].join(" · ");
  }
  return values;
}

const rowNode = ([what, before, now]) =>
  element(
    "tr",
    {},
    element("th", { scope: "row" }, what),
    element("td", {}, before || "none"),
    element("td", {}, element("ins", {}, now || "none")),
  );
