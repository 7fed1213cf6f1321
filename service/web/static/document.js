// The middle pane: the messages that a line comes from, as text, with the evidence marked.

import { element } from "./dom.js";
import { readFhir } from "./fhir.js";
import { readHl7 } from "./hl7.js";
import { lineOf } from "./spans.js";

/**
 * Show the documents. `items` are what was read out of them: [{source, decides}]; the marks of item n carry n
 * in their data-items.
 */
export function showDocuments(container, documents, items) {
  container.replaceChildren(...documents.map((each) => documentNode(each, items)));
}

/** Light the marks of one item; gives the first of them, or nothing when the item has none. */
export function light(container, item) {
  for (const mark of container.querySelectorAll("mark.lit")) mark.classList.remove("lit");
  const marks = container.querySelectorAll(`mark[data-items~="${item}"]`);
  for (const mark of marks) mark.classList.add("lit");
  return marks[0];
}

function documentNode(document, items) {
  const view = viewOf(document);
  const marks = marksOf(view, document, items);
  const received = new Date(document.received_at).toLocaleString();
  return element(
    "article",
    {},
    element("h3", {}, document.message_type || document.format),
    element("p", { class: "hint" }, `from ${document.sender || "an unnamed sender"}, received ${received}`),
    element("div", { class: `text ${document.format}` }, ...view.lines.map((line) => lineNode(line, marks.get(line)))),
  );
}

function viewOf({ format, text }) {
  return (format === "fhir" ? readFhir(text) : readHl7(text)) ?? plain(text);
}

/** What is neither: lines, in which nothing can be located. */
function plain(text) {
  return { lines: text.split(/\r\n|[\r\n]/).map((line) => lineOf("", [{ text: line }])), locate: () => [] };
}

/** line -> [{start, end, whole, item, decides}] */
function marksOf(view, document, items) {
  const marks = new Map();
  items.forEach(({ source, decides }, item) => {
    const event = source.event ?? source.event_id;
    if (event && event !== document.event) return;
    for (const { line, ...range } of view.locate(source)) {
      marks.set(line, [...(marks.get(line) ?? []), { ...range, item, decides }]);
    }
  });
  return marks;
}

function lineNode(line, marks = []) {
  const label = line.label && element("span", { class: "path" }, line.label);
  const text = element("span", { class: "words" }, ...line.pieces.flatMap((piece) => pieceNodes(piece, marks)));
  return element("div", { class: "segment" }, label, text);
}

/** A piece, cut wherever a mark begins or ends. */
function pieceNodes(piece, marks) {
  const end = piece.at + piece.text.length;
  const edges = marks.flatMap((mark) => [mark.start, mark.end]).filter((edge) => edge > piece.at && edge < end);
  const cuts = [...new Set([piece.at, ...edges, end])].sort((a, b) => a - b);
  return cuts.slice(0, -1).map((from, n) => {
    const text = piece.text.slice(from - piece.at, cuts[n + 1] - piece.at);
    const over = marks.filter((mark) => mark.start <= from && mark.end > from);
    return over.length ? markNode(text, over) : plainNode(text, piece.faint);
  });
}

const plainNode = (text, faint) => (faint ? element("span", { class: "faint" }, text) : text);

function markNode(text, over) {
  const precise = over.filter((mark) => !mark.whole);
  const kind = precise.some((mark) => mark.decides) ? "decides" : "documented";
  const items = over.map((mark) => mark.item).join(" ");
  return element("mark", { class: precise.length ? kind : "near", "data-items": items }, text);
}
