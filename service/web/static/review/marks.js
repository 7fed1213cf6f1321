// Pieces of a line as nodes, with the words that were read marked.

import { element } from "../frame/dom.js";

/** line -> [{start, end, whole, item, decides}], for the items whose source is this document. */
export function marksOf(view, document, items) {
  const marks = new Map();
  items.forEach(({ source, decides }, item) => {
    const event = source.event ?? source.event_id; // as lines of older versions have it
    if (event && event !== document.event) return;
    for (const { line, ...range } of view.locate(source)) {
      marks.set(line, [...(marks.get(line) ?? []), { ...range, item, decides }]);
    }
  });
  return marks;
}

/** A piece, cut wherever a mark begins or ends. */
export function pieceNodes(piece, marks = []) {
  if (piece.at < 0) return [piece.text];
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
