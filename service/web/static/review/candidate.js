// The right pane: what is proposed, why, what is asked, what bites, and what was documented.

import { breakable, button, element, pairs } from "../frame/dom.js";
import { icon } from "../frame/icons.js";
import { moneyOf } from "../frame/money.js";
import { clockOf, dayOf, isAhead } from "../frame/time.js";
import { consideredNode } from "./considered.js";
import { coverageNode } from "./coverage.js";
import { duplicatesNode } from "./duplicates.js";
import { editsNode } from "./edits.js";
import { historyNode } from "./history.js";
import { isOverdue, limitWords } from "./limit.js";
import { headline, inWords, statusWords, titleOf, wordsOf } from "./line.js";
import { questionNodes } from "./questions.js";
import { listed, titled } from "./sections.js";

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
  return [...elements, ...stated].map((item, n) => ({ ...item, n }));
}

function isSame(one, other) {
  const [a, b] = [one.source, other.source];
  return one.name === other.name && one.value === other.value && a.path === b.path && a.start === b.start && a.event === b.event;
}

/** Show a line. `tools.reveal(ns)` is called when these items are to be shown in the documents. */
export function showCandidate(container, line, items, tools) {
  const some = (title, wanted) => listed(title, items.filter(wanted).map((item) => itemNode(line, item, tools)), "items");
  const sections = [
    titleNode(line, items, tools),
    line.note && element("p", { class: "note" }, line.note),
    ...questionNodes(line, tools),
    editsNode(line.edits),
    duplicatesNode(line.duplicates, tools.showLine),
    coverageNode(line.coverage),
    listed("Because", line.because.map((sentence) => element("li", {}, inWords(sentence))), "because"),
    consideredNode(line),
    some("Evidence", (item) => item.decides),
    some("Stated by the sender", (item) => item.stated && !item.decides),
    some(line.evidence.length ? "Also documented" : "Documented", (item) => !item.stated && !item.decides),
    listed("Diagnoses, in order", line.diagnoses.map((code, n) => element("li", {}, `${n + 1}. ${code}`))),
    titled("For billing", pairs(CONTEXT.map(([name, label]) => [label, line.context[name]]))),
    historyNode(line),
  ];
  container.replaceChildren(...sections.filter(Boolean));
}

function titleNode(line, items, tools) {
  const deciding = items.filter((item) => item.decides).map((item) => item.n);
  const heading = deciding.length
    ? button({ title: "Show what it rests on" }, () => tools.reveal(deciding), headline(line))
    : headline(line);
  const kind = line.kind === "CD" ? " credit" : "";
  return element(
    "div",
    { class: `title${kind}${line.code ? "" : " none"}` },
    element("h2", { id: "line-title" }, heading),
    element("div", { class: "bar" }, ...badgesOf(line)),
    pairs([
      ["Patient", patientWords(line.context)],
      ["Service date", line.service_date || "not documented"],
      ["Units", line.code && line.units],
      ["Modifiers", line.modifiers.join(" ")],
      ["From", fromWords(line)],
      ["File by", limitWords(line)],
      ["At stake", line.code && line.currency && moneyOf(line.amount, line.currency)],
      ["Origin", ORIGINS[line.origin] ?? line.origin],
    ]),
    line.provider && tools.ofProvider && button({ class: "plain" }, () => tools.ofProvider(line.provider), "Only this provider's lines"),
  );
}

/** Whose line it is, in few words: what is taken for another's patient is seen here. */
function patientWords({ patient_family_name: family, patient_given_name: given, patient_birth_date: born, patient_id: id }) {
  const day = born?.replace(/^(\d{4})(\d\d)(\d\d).*$/, "$1-$2-$3");
  return [[family, given].filter(Boolean).join(", "), day && `born ${day}`, id].filter(Boolean).join(" · ");
}

function fromWords({ titles, table, row }) {
  const title = titles?.[table] ?? wordsOf(table);
  return row ? `${title}, row ${row}` : title;
}

function badgesOf(line) {
  const badge = (sign, text, kind = "") => element("span", { class: `badge ${kind}` }, icon(sign), text);
  return [
    line.kind === "CD" && badge("credit", "Credit (CD)", "credit"),
    line.kind !== "CD" && line.corrects && badge("credit", "Correction of a charge"),
    line.status !== "proposed" && badge("question", statusWords(line), "asks"),
    isOverdue(line) && badge("clock", "Filing limit is over", "problem"),
    line.held_until && badge("hold", heldWords(line)),
    line.asked > 0 && badge("clock", "Asked, waiting for an answer", "asks"),
    line.assigned_to && badge("person", `For ${line.assigned_to}`),
    isAhead(line.claimed_until) && badge("person", `Claimed by ${line.claimed_by} until ${clockOf(line.claimed_until)}`),
  ].filter(Boolean);
}

/** Without a day it is held until somebody takes it off: the service writes that as the end of time. */
function heldWords({ held_until: until, hold_reason: reason }) {
  const day = until.startsWith("9999") ? "" : ` until ${dayOf(until)}`;
  return `Held${day}${reason ? `: ${reason}` : ""}`;
}

function itemNode(line, { name, value, source, n }, tools) {
  return element(
    "li",
    {},
    button(
      { class: "item", "data-item": n, "aria-pressed": "false" },
      () => tools.reveal([n]),
      element("span", { class: "name", title: name }, ...breakable(titleOf(line, name))),
      element("span", { class: "value" }, ...breakable(inWords(String(value)))),
      element("span", { class: "path" }, [source.path, source.beside].filter(Boolean).join(" and ")),
    ),
  );
}
