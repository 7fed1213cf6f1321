// A FHIR resource as lines to read: its JSON, indented; and where in them a FHIRPath points.

import { lineOf, rangesIn, wholeOf } from "./spans.js";

/** {lines, locate(source)}, or null when the text is no JSON. */
export function readFhir(text) {
  let root;
  try {
    root = JSON.parse(text);
  } catch {
    return null;
  }
  const printer = new Printer();
  printer.write(root, root?.resourceType ?? "", "", 0, "");
  return { lines: printer.lines, locate: (source) => locate(printer.places, source) };
}

/** Writes JSON as lines, and notes where each path stands. Strings keep their line breaks: they are to be read. */
class Printer {
  lines = [];
  places = new Map(); // path -> {line, at, text}; text is "" for what is not a single value

  write(value, path, key, depth, comma) {
    const indent = "  ".repeat(depth);
    const head = indent + (key && `"${key}": `);
    if (value !== null && typeof value === "object") {
      this.#writeAll(value, path, { head, indent, depth, comma });
      return;
    }
    const quote = typeof value === "string" ? '"' : "";
    const text = String(value);
    this.#note(path, [{ text: head + quote, faint: true }, { text }, { text: quote + comma, faint: true }]);
  }

  #writeAll(value, path, { head, indent, depth, comma }) {
    const many = Array.isArray(value);
    const [open, close] = many ? "[]" : "{}";
    const entries = Object.entries(value);
    this.#note(path, [{ text: head + open, faint: true }, { text: "" }]);
    entries.forEach(([name, child], n) => {
      const below = many ? `${path}[${name}]` : `${path}.${name}`;
      this.write(child, below, many ? "" : name, depth + 1, n + 1 < entries.length ? "," : "");
    });
    this.lines.push(lineOf("", [{ text: indent + close + comma, faint: true }]));
  }

  #note(path, pieces) {
    const line = lineOf("", pieces);
    this.lines.push(line);
    this.places.set(path, { line, at: pieces[1].at, text: pieces[1].text });
  }
}

/** Of a path that was computed and stands nowhere, the nearest above that does; the whole resource is none. */
function locate(places, source) {
  for (let path = source.path; path.includes("."); path = path.slice(0, path.lastIndexOf("."))) {
    const place = places.get(path);
    if (place) return rangesIn([place], source) ?? [wholeOf(place.line)];
  }
  return [];
}
