// What the coder answers for by approving a line: it is shown before, and is sent with a key of its own.

import { duplicatesNode } from "./duplicates.js";
import { editsNode } from "./edits.js";
import { openForm } from "./form.js";
import { headline } from "./line.js";
import { confirmationsNode, toConfirm } from "./questions.js";

/** Whether more than the code is approved with a line. */
export const asksToConfirm = (line) => [toConfirm(line), line.edits, line.duplicates].some((found) => found.length);

/** `send()` gives the sentence that says why it was not taken. */
export function openConfirmForm(line, send) {
  openForm({
    title: `By approving ${headline(line)} you confirm what stands here`,
    fields: [confirmationsNode(line), editsNode(line.edits), duplicatesNode(line.duplicates)].filter(Boolean),
    submit: "Confirm and approve",
    send,
  });
}
