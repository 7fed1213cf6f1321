// The middle pane: the messages that a line comes from, as text, with the evidence marked.

import { element } from "../frame/dom.js";
import { whenOf } from "../frame/time.js";
import { readFhir } from "./fhir.js";
import { filesNode } from "./files.js";
import { readHl7 } from "./hl7.js";
import { blocksOf, isTakenBack, resultStatusOf, titleOf, unitOf, valuePieces } from "./hl7_reading.js";
import { marksOf, pieceNodes } from "./marks.js";
import { lineOf } from "./spans.js";

/**
 * Show the documents. `items` are what was read out of them: [{source, decides}]; the marks of item n carry n
 * in their data-items. `raw`: each message as it came, segment by segment. `save(document, file)`: asked for a file.
 */
export function showDocuments(container, documents, items, { raw, save }) {
  container.replaceChildren(...documents.map((each) => documentNode(each, items, raw, save)));
}

/** Light the marks of these items, and no others; gives the first of them, or nothing when they have none. */
export function light(container, items) {
  const wanted = new Set(items.map(String));
  let first;
  for (const mark of container.querySelectorAll("mark")) {
    const lit = mark.dataset.items.split(" ").some((item) => wanted.has(item));
    mark.classList.toggle("lit", lit);
    if (lit) first ??= mark;
  }
  return first;
}

function documentNode(document, items, raw, save) {
  const view = viewOf(document);
  const marks = marksOf(view, document, items);
  const blocks = raw || !view.read ? [{ kind: "segments", lines: view.lines }] : view.read();
  return element(
    "article",
    { class: document.format, "data-event": document.event },
    element(
      "header",
      {},
      element("h3", {}, document.message_type || document.format),
      element("span", { class: "hint" }, `${document.sender || "an unnamed sender"} · ${whenOf(document.received_at)}`),
    ),
    filesNode(document, save),
    ...blocks.map((block) => BLOCKS[block.kind](block, marks)),
  );
}

function viewOf({ format, text }) {
  if (format === "fhir") return readFhir(text) ?? plain(text);
  const message = format === "answer" ? null : readHl7(text);
  return message ? { ...message, read: () => blocksOf(message.lines).map((block) => ({ ...block, folded: true })) } : plain(text);
}

/** What is neither: lines, and the words that a source quotes where they stand once. */
function plain(text) {
  const lines = text.split(/\r\n|[\r\n]/).map((line) => lineOf("", [{ text: line }]));
  const locate = ({ text: words }) => {
    const found = lines.filter((line) => words && line.text.includes(words));
    if (found.length !== 1) return [];
    const start = found[0].text.indexOf(words);
    return [{ line: found[0], start, end: start + words.length }];
  };
  return { lines, locate };
}

const BLOCKS = { segments: segmentsNode, narrative: narrativeNode, observations: observationsNode };

/** Segments without a word that decides are folded, where the rest of the message is set out to be read. */
function segmentsNode({ lines, folded }, marks) {
  const nodes = lines.map((line) => lineNode(line, line.pieces, marks));
  if (!folded) return element("div", { class: "segments" }, ...nodes);
  const open = lines.some((line) => marks.get(line)?.some((mark) => mark.decides));
  const names = [...new Set(lines.map((line) => line.name))].join(", ");
  return element("details", { class: "segments", open }, element("summary", {}, `Segments ${names}`), ...nodes);
}

function narrativeNode({ title, lines }, marks) {
  const text = (line) => line.pieces.filter((piece) => piece.component === 0);
  return element(
    "section",
    { class: "narrative" },
    element("h4", {}, title),
    ...lines.map((line) => lineNode(line, repetitionsApart(text(line)), marks)),
  );
}

/** Repetitions of a text are lines of it. */
function repetitionsApart(pieces) {
  return pieces.flatMap((piece, n) => (n ? [{ text: "\n", at: -1 }, piece] : [piece]));
}

function lineNode(line, pieces, marks) {
  return element(
    "div",
    { class: isTakenBack(line) ? "segment taken-back" : "segment" },
    line.label && element("span", { class: "path" }, line.label),
    element("span", { class: "words" }, ...pieces.flatMap((piece) => pieceNodes(piece, marks.get(line)))),
  );
}

function observationsNode({ lines }, marks) {
  const head = ["Observation", "Value", "Status", "Where"].map((name) => element("th", { scope: "col" }, name));
  return element(
    "table",
    { class: "observations" },
    element("thead", {}, element("tr", {}, ...head)),
    element("tbody", {}, ...lines.map((line) => observationNode(line, marks.get(line)))),
  );
}

function observationNode(line, marks) {
  return element(
    "tr",
    { class: isTakenBack(line) && "taken-back" },
    element("th", { scope: "row" }, titleOf(line)),
    element("td", { class: "words" }, ...valuePieces(line).flatMap((piece) => pieceNodes(piece, marks)), " ", unitOf(line)),
    element("td", {}, resultStatusOf(line)),
    element("td", { class: "path" }, line.label),
  );
}
