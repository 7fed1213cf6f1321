// An HL7 v2 message as a person reads it: its notes as running text, its coded observations as a table, and all
// other segments as they came. Every line of the message is in exactly one block, in the order of the message.

import { isNoResult } from "./hl7.js";

const NARRATIVE = new Set(["TX", "FT"]);
const CODED = new Set(["CE", "CWE", "CNE", "CF"]);
const A_NOTE = 60; // characters: a shorter text of one line is a value

/** [{kind: "narrative" | "observations" | "segments", title, lines}] */
export function blocksOf(lines) {
  const blocks = [];
  for (const line of lines) {
    const kind = kindOf(line);
    const title = kind === "narrative" ? titleOf(line) : "";
    const last = blocks.at(-1);
    if (last?.kind === kind && last.title === title) last.lines.push(line);
    else blocks.push({ kind, title, lines: [line] });
  }
  return together(blocks.map(asValues));
}

function kindOf({ name, fields }) {
  if (name === "NTE") return "narrative";
  if (name !== "OBX") return "segments";
  return NARRATIVE.has(typeOf(fields)) ? "narrative" : "observations";
}

const typeOf = (fields) => (fields[1] ?? "").trim().toUpperCase(); // OBX-2

/** A short text that stands alone is no note, but a value. */
function asValues(block) {
  const [line] = block.lines;
  const short = block.lines.length === 1 && line.name === "OBX" && textOf(line, 5).length < A_NOTE;
  return block.kind === "narrative" && short ? { ...block, kind: "observations", title: "" } : block;
}

/** Blocks of one kind that have come to stand beside each other are one. */
function together(blocks) {
  return blocks.reduce((done, block) => {
    const last = done.at(-1);
    if (last?.kind === block.kind && last.title === block.title) last.lines.push(...block.lines);
    else done.push({ ...block, lines: [...block.lines] });
    return done;
  }, []);
}

const textOf = (line, field) =>
  line.pieces.filter((piece) => piece.field === field).map((piece) => piece.text).join(" ");

/** What an observation is called: OBX-3.2, or, without words, its code. */
export function titleOf({ name, pieces }) {
  if (name === "NTE") return "Note";
  const part = (component) =>
    pieces.find((piece) => piece.field === 3 && piece.component === component && piece.text.trim())?.text;
  return part(2) ?? part(1) ?? "";
}

/** The pieces of OBX-5 as they are read: code and words of a coded value, without the name of its system. */
export function valuePieces({ fields, pieces }) {
  const coded = CODED.has(typeOf(fields));
  const shown = pieces.filter((piece) => piece.field === 5 && piece.text && !(coded && piece.component > 2));
  return shown.flatMap((piece, n) => {
    const before = shown[n - 1];
    if (!before) return [piece];
    return [{ text: before.repetition === piece.repetition ? " " : " · ", at: -1 }, piece];
  });
}

/** OBX-6 */
export const unitOf = (line) => textOf(line, 6).split(" ")[0];

/** OBX-11, and what it means where the line is no result. */
export function resultStatusOf(line) {
  const status = textOf(line, 11).trim();
  return isTakenBack(line) ? `${status} (no result)` : status;
}

export const isTakenBack = ({ name, fields }) => name === "OBX" && isNoResult(fields[10]);
