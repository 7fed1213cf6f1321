// From a source (a path, a span of characters, the words themselves) to ranges of the lines that are shown.
//
// A line is {label, text, pieces}; a range is {line, start, end, whole?}. Offsets are of JavaScript strings; the API
// counts whole characters.

/** The ranges of the words of a source in `places` ([{line, at, text}], which make one text), or null. */
export function rangesIn(places, source) {
  const span = spanOf(places.map((place) => place.text).join("\n"), source);
  if (!span) return null;
  const [start, end] = span;
  const ranges = [];
  let before = 0;
  for (const { line, at, text } of places) {
    const from = Math.max(start - before, 0);
    const to = Math.min(end - before, text.length);
    if (from < to) ranges.push({ line, start: at + from, end: at + to });
    before += text.length + 1;
  }
  return ranges;
}

/** The range that is all of a line: for what cannot be located more precisely. */
export const wholeOf = (line) => ({ line, start: 0, end: line.text.length, whole: true });

/** Words that do not stand where they should are looked for; words that stand twice are not guessed at. */
function spanOf(text, { start, end, text: words }) {
  if (!words) return null;
  const from = unitsOf(text, start);
  if (text.startsWith(words, from) && unitsOf(text, end) === from + words.length) return [from, from + words.length];
  const at = text.indexOf(words);
  return at >= 0 && text.indexOf(words, at + 1) < 0 ? [at, at + words.length] : null;
}

/** How many UTF-16 units the first `count` characters take. */
function unitsOf(text, count) {
  let units = 0;
  for (const character of text) {
    if (count <= 0) break;
    units += character.length;
    count -= 1;
  }
  return units;
}

/** A line out of its pieces ([{text, faint?, ...}]); each piece gets to know where in the line it stands. */
export function lineOf(label, pieces) {
  let text = "";
  for (const piece of pieces) {
    piece.at = text.length;
    text += piece.text;
  }
  return { label, text, pieces };
}
