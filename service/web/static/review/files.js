// The files that a message carries: told of above its text, and saved on demand; the page never opens one.

import { button, element } from "../frame/dom.js";
import { saveFrom } from "../frame/save.js";

const UNITS = ["bytes", "KB", "MB"];

/** The list of a document's files, or nothing; `save(document, file)` is asked for one. */
export function filesNode(document, save) {
  const files = document.attachments ?? [];
  if (!files.length) return null;
  return element("ul", { class: "files" }, ...files.map((file) => fileNode(document, file, save)));
}

function fileNode(document, file, save) {
  const name = file.title || `File ${file.number}`;
  const about = element("span", { class: "hint" }, file.fault || `${file.media_type}, ${sizeOf(file.size)}`);
  const words = file.fault ? name : button({ class: "plain" }, () => save(document, file), `Save ${name}`);
  return element("li", {}, words, " ", about, " ", element("span", { class: "path" }, file.path));
}

function sizeOf(bytes) {
  const step = bytes < 1000 ? 0 : bytes < 1_000_000 ? 1 : 2;
  return `${Math.ceil(bytes / 1000 ** step)} ${UNITS[step]}`;
}

/** Save a file of a line; gives its name. */
export function saveFile(api, line, document, file) {
  const place = [line.id, "documents", document.event, "attachments", file.number].map(encodeURIComponent).join("/");
  return saveFrom(api, `/v1/candidates/${place}`);
}
