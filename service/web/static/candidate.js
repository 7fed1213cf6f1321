// The right pane: what is proposed, why, what is asked, and what was documented.

import { element, pairs } from "./dom.js";
import { headline } from "./worklist.js";

const CONTEXT = [
  ["patient_id", "Patient id"],
  ["patient_family_name", "Family name"],
  ["patient_given_name", "Given name"],
  ["patient_birth_date", "Born"],
  ["patient_sex", "Sex"],
  ["account_number", "Account"],
  ["visit_number", "Visit"],
  ["patient_class", "Class"],
  ["location", "Location"],
  ["performer_id", "Performer"],
  ["performer_family_name", "Performer's family name"],
  ["performer_given_name", "Performer's given name"],
  ["order_number", "Order"],
  ["payer_id", "Payer"],
  ["payer_name", "Payer's name"],
];
const ORIGINS = { mapped: "decision table", stated: "stated by the sender", coder: "changed by a coder" };

/** What was read out of the documents, in the order of the marks: [{name, value, source, decides, stated}]. */
export function itemsOf(line) {
  const elements = line.elements.map((each) => ({ ...each, decides: line.evidence.some((one) => isSame(one, each)) }));
  const stated = line.stated.map((each) => ({
    name: "code",
    value: [each.code, ...each.modifiers, each.units && `× ${each.units}`].filter(Boolean).join(" "),
    source: each.source,
    decides: line.origin === "stated" && each.code === line.code,
    stated: true,
  }));
  return [...elements, ...stated];
}

/** Show a line; `reveal(n)` is called when item n of its items is to be shown in the documents. */
export function showCandidate(container, line, items, reveal) {
  const numbered = items.map((item, n) => ({ ...item, n }));
  const listed = (title, wanted) => itemSection(title, numbered.filter(wanted), reveal);
  container.replaceChildren(
    ...[
      titleNode(line),
      line.note && element("p", { class: "note" }, line.note),
      ...questionSections(line.questions),
      section("Edits that bite", line.edits.map(editNode), "edits"),
      section("Because", line.because.map((sentence) => element("li", {}, sentence))),
      listed("Evidence", (item) => item.decides),
      listed("Stated by the sender", (item) => item.stated && !item.decides),
      listed(line.evidence.length ? "Also documented" : "Documented", (item) => !item.stated && !item.decides),
      section("Diagnoses, in order", line.diagnoses.map((code) => element("li", {}, code))),
      titled("For billing", pairs(CONTEXT.map(([name, label]) => [label, line.context[name]]))),
      section("Decided so far", line.decisions.map(decisionNode)),
    ].filter(Boolean),
  );
}

function titleNode(line) {
  const claimed = line.claimed_by && new Date(line.claimed_until) > new Date();
  const until = claimed && new Date(line.claimed_until).toLocaleTimeString();
  const badges = [
    line.kind === "CD" && element("span", { class: "badge credit" }, "Credit (CD)"),
    line.kind !== "CD" && line.corrects && element("span", { class: "badge" }, "Correction"),
    line.status === "waiting" && element("span", { class: "badge asks" }, "Waiting for an answer"),
    claimed && element("span", { class: "badge" }, `Claimed by ${line.claimed_by} until ${until}`),
  ].filter(Boolean);
  return element(
    "div",
    { class: line.kind === "CD" ? "title credit" : "title" },
    element("h2", { id: "line-title" }, headline(line)),
    ...badges,
    pairs([
      ["Units", line.code && line.units],
      ["Modifiers", line.modifiers.join(" ")],
      ["Service date", line.service_date || "not documented"],
      ["From", line.row ? `${line.table}, row ${line.row}` : line.table],
      ["Origin", ORIGINS[line.origin] ?? line.origin],
    ]),
  );
}

function questionSections(questions) {
  const asked = (blocking) => questions.filter((each) => each.blocking === blocking).map(questionNode);
  return [
    section("Must be answered before a code may stand", asked(true), "questions blocking"),
    section("To confirm", asked(false), "questions"),
  ];
}

function questionNode(question) {
  const between = question.between.length ? `decides between ${question.between.join(", ")}` : "";
  const about = [question.element, question.conflict && "documented twice, differently", between].filter(Boolean);
  return element("li", {}, question.wording, element("span", { class: "hint" }, about.join(" · ")));
}

function editNode(edit) {
  const whose = edit.own ? "this line" : "the line beside it";
  const means = edit.severity === "denied" ? "not paid as it stands" : "paid only with documentation";
  return element("li", {}, edit.why, element("span", { class: "hint" }, `${whose}: ${means} · ${edit.source}`));
}

function itemSection(title, items, reveal) {
  return section(title, items.map((item) => element("li", {}, itemButton(item, reveal))), "items");
}

function itemButton({ name, value, source, n }, reveal) {
  const button = element(
    "button",
    { type: "button", "data-item": n },
    element("span", { class: "name" }, name),
    element("span", { class: "value" }, String(value)),
    element("span", { class: "hint" }, source.path),
  );
  button.addEventListener("click", () => reveal(n));
  return button;
}

function decisionNode({ verdict, by, at, reason }) {
  const when = new Date(at * 1000).toLocaleString();
  return element("li", {}, `${verdict} by ${by}, ${when}${reason ? `: ${reason}` : ""}`);
}

function section(title, entries, kind = "") {
  return entries.length ? titled(title, element("ul", {}, ...entries), kind) : null;
}

const titled = (title, body, kind = "") =>
  body.childElementCount ? element("section", { class: kind }, element("h3", {}, title), body) : null;

function isSame(one, other) {
  const [a, b] = [one.source, other.source];
  return one.name === other.name && one.value === other.value && a.path === b.path && a.start === b.start && a.event === b.event;
}
