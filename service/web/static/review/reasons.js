// Why a line is no charge: the codes of the service, and their words.

export const REASONS = [
  ["not_performed", "It was not performed"],
  ["duplicate", "It is charged already"],
  ["bundled", "It is part of another service"],
  ["not_billable", "It is not billable"],
  ["wrong_code", "The code is wrong"],
  ["insufficient_documentation", "The documentation does not support it"],
  ["wrong_patient", "It is another patient's"],
  ["test_or_training", "It is a test"],
];
const WORDS = new Map(REASONS);

/** A reason, and what was written beside it, as words. */
export function reasonWords(reason = "", text = "") {
  if (reason === "other") return text;
  return [WORDS.get(reason) ?? reason, text].filter(Boolean).join(": ");
}
