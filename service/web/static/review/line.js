// A line of the queue in words.

const STATUSES = {
  proposed: "proposed",
  waiting: "a question is open",
  second_review: "second review",
  approved: "approved",
  rejected: "rejected",
  superseded: "superseded: later documentation took its place",
};
const OPEN = new Set(["proposed", "waiting", "second_review"]);

/** A line in a few characters: "62327-59-LT × 2". */
export function headline(line) {
  if (!line.code) return "No code yet";
  const units = line.units > 1 ? ` × ${line.units}` : "";
  return [line.code, ...line.modifiers].join("-") + units;
}

export const statusWords = (line) => STATUSES[line.status] ?? line.status;

/** Whether a person may still decide it. */
export const isOpen = (line) => OPEN.has(line.status);

/** Names of the vocabulary within a text as words: "region = lumbar_sacral" is "region = lumbar sacral". */
export const inWords = (text) => text.replaceAll(/(?<=[a-z])_(?=[a-z])/g, " ");

/** What the mappings call a table or an element that a line speaks of; a title explains itself after a semicolon. */
export const titleOf = ({ titles }, name) => titles?.[name]?.split(";")[0] ?? inWords(name);

/** The name of a table as words: "neuraxial-injection" is "neuraxial injection". */
export const wordsOf = (name) => (name === "stated" ? "stated by the sender" : name.replaceAll(/[-_.]/g, " "));
