// An HL7 v2 message as lines to read: one a segment, its text unescaped; and where in them a path points.
// What is joined, left out and unescaped must agree with service/hl7: its spans are counted in that text.

import { lineOf, rangesIn, wholeOf } from "./spans.js";

const NAME = /^[A-Z][A-Z0-9]{2}$/;
const PATH = /^([A-Z][A-Z0-9]{2})(?:\[(\d+)(?:\.\.(\d+))?\])?-(\d+)(?:\[(\d+)\])?(?:\.(\d+))?(?:\.(\d+))?$/;
const ONCE = new Set(["MSH", "EVN", "PID", "PD1", "PV1", "PV2", "TXA", "MRG", "SCH"]);
const FREE_TEXT = new Set(["TX", "FT", "ST"]);
const NO_RESULT = "DWXNOPRSI"; // OBX-11
const LONGEST = 200; // characters of a value that are shown, free text apart: nobody reads Base64
const FORMATTING = { ".br": "\n", ".sp": "\n", ".ce": "\n", ".sk": " ", ".in": "", ".ti": "", ".fi": "", ".nf": "" };

/** {lines, locate(source)}, or null when the text is no HL7 v2 message. */
export function readHl7(text) {
  const message = text.trimStart();
  if (!/^MSH[^A-Za-z0-9\s]/.test(message)) return null;
  const separators = separatorsOf(message);
  const lines = segmentsOf(message, separators.field).map((segment) => segmentLine(segment, separators));
  return { lines, locate: (source) => locate(lines, source) };
}

function separatorsOf(message) {
  const [component, repetition = "", escape = "", subcomponent = ""] = message.slice(4).split(message[3])[0];
  return { field: message[3], component, repetition, escape, subcomponent };
}

/** [{name, index, raw}]; index counts the segments of one name. A line that is no segment continues the last. */
function segmentsOf(message, separator) {
  const segments = [];
  const count = {};
  for (const line of message.split(/[\r\n]/)) {
    const name = line.slice(0, 3);
    if (name === "ADD" && line[3] === separator && segments.length > 1) {
      segments.at(-1).raw += line.slice(4); // goes on in the middle of a field
      continue;
    }
    const known = line[3] === separator && (count[name] || NAME.test(name));
    if (known || NAME.test(line)) {
      count[name] = (count[name] ?? 0) + 1;
      segments.push({ name, index: count[name], raw: line });
    } else if (segments.length && line.trim()) {
      segments.at(-1).raw += `\n${line}`;
    }
  }
  return segments;
}

function segmentLine({ name, index, raw }, separators) {
  const [, ...fields] = raw.split(separators.field);
  const first = name === "MSH" ? 2 : 1; // MSH-1 is the separator itself
  const kind = name === "OBX" ? (fields[1] ?? "").trim().toUpperCase() : "";
  const pieces = [];
  fields.forEach((field, n) => {
    const number = n + first;
    const free = (kind && number === 5 && FREE_TEXT.has(kind)) || (name === "NTE" && number === 3);
    pieces.push({ text: separators.field, faint: true }, ...fieldPieces(field, number, free, separators));
  });
  const label = index === 1 && ONCE.has(name) ? name : `${name}[${index}]`;
  return { ...lineOf(label, pieces), name, index, fields };
}

/** A field as [{text, field, repetition, component, subcomponent}], its separators between; component 0 = free text. */
function fieldPieces(raw, field, free, separators) {
  if (separators.field === raw || (field === 2 && raw.startsWith(separators.component + separators.repetition))) {
    return [{ text: raw, faint: true }];
  }
  return interleave(raw, separators.repetition, (repetition, r) => {
    if (free) return [valuePiece(repetition, separators, { field, repetition: r, component: 0 })];
    return interleave(repetition, separators.component, (component, c) =>
      interleave(component, separators.subcomponent, (subcomponent, s) => [
        shortened(valuePiece(subcomponent, separators, { field, repetition: r, component: c, subcomponent: s })),
      ]),
    );
  });
}

const valuePiece = (raw, separators, place) => ({ text: unescape(raw, separators), ...place });

function shortened(piece) {
  const rest = piece.text.length - LONGEST;
  return rest > 0 ? { ...piece, text: `${piece.text.slice(0, LONGEST)} … and ${rest} characters more` } : piece;
}

/** The pieces of each part (numbered from 1), with the separator as a faint piece between. */
function interleave(raw, separator, piecesOf) {
  const parts = separator ? raw.split(separator) : [raw];
  return parts.flatMap((part, n) => [...(n ? [{ text: separator, faint: true }] : []), ...piecesOf(part, n + 1)]);
}

function locate(lines, source) {
  const match = PATH.exec(source.path);
  if (!match) return [];
  const [name, ...numbers] = match.slice(1);
  const [first, last, field, repetition, component, subcomponent] = numbers.map((number) => Number(number ?? 0));
  const from = first || 1;
  const segments = lines.filter((line) => line.name === name && line.index >= from && line.index <= (last || from));
  const place = { field, repetition, component, subcomponent };
  const places = (last ? oneText(segments) : segments).flatMap((line) => placesIn(line, place));
  return rangesIn(places, source) ?? segments.map(wholeOf);
}

/** The segments of a run that make one text: one OBX-3, and results only. */
function oneText(segments) {
  const [{ name, fields: first } = {}] = segments;
  if (name !== "OBX") return segments;
  return segments.filter(({ fields }) => fields[2] === first[2] && !isNoResult(fields[10]));
}

export const isNoResult = (status = "") => status.trim().length === 1 && NO_RESULT.includes(status.trim().toUpperCase());

function placesIn(line, { field, repetition, component, subcomponent }) {
  const pieces = line.pieces.filter((piece) => piece.field === field);
  if (pieces.some((piece) => piece.component === 0)) {
    const wanted = pieces.filter((piece) => !repetition || piece.repetition === repetition);
    return wanted.some((piece) => piece.text.trim()) ? wanted.map((piece) => ({ line, ...piece })) : [];
  }
  const value = (c) =>
    pieces.find(
      (piece) =>
        piece.repetition === (repetition || 1) && piece.component === c && piece.subcomponent === (subcomponent || 1),
    );
  // A coded field is its code, or, without one, the words for it.
  const found = component ? value(component) : [value(1), value(2)].find((piece) => piece?.text);
  return found ? [{ line, ...found }] : [];
}

function unescape(text, separators) {
  if (!separators.escape || !text.includes(separators.escape)) return text;
  const [first, ...parts] = text.split(separators.escape);
  let done = first;
  for (let at = 0; at < parts.length; ) {
    const meaning = at + 1 < parts.length ? meaningOf(parts[at], separators) : undefined;
    done += meaning === undefined ? separators.escape + parts[at] : meaning + parts[at + 1];
    at += meaning === undefined ? 1 : 2;
  }
  return done;
}

/** What stands between two escape characters; undefined when that is no escape sequence. */
function meaningOf(body, { field, component, repetition, escape, subcomponent }) {
  const letters = { F: field, S: component, R: repetition, E: escape, T: subcomponent, H: "", N: "" };
  if (body.length === 1) return letters[body];
  return /^X([0-9A-F]{2})+$/i.test(body) && body[0] === "X" ? hexText(body.slice(1)) : FORMATTING[body.slice(0, 3).toLowerCase()];
}

function hexText(digits) {
  const bytes = Uint8Array.from(digits.match(/../g), (pair) => parseInt(pair, 16));
  return decoded(bytes).replaceAll("\r\n", "\n").replaceAll("\r", "\n");
}

function decoded(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return String.fromCharCode(...bytes); // Latin-1
  }
}
