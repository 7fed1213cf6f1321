// A row of the worklist: code, age, table, and signs for what is special about the line.

import { element } from "../frame/dom.js";
import { icon } from "../frame/icons.js";
import { age, isAhead } from "../frame/time.js";
import { isOverdue, limitSign } from "./limit.js";
import { headline, wordsOf } from "./line.js";

/** The row of a line; `me` is the name of the person who reads it. */
export function rowOf(line, { chosen, selected, me }) {
  return element(
    "div",
    {
      id: idOf(line.id),
      class: ["row", line.kind === "CD" && "credit", selected && "selected"].filter(Boolean).join(" "),
      role: "option",
      "data-id": line.id,
      "aria-selected": String(chosen),
    },
    element(line.code ? "strong" : "span", line.code ? {} : { class: "none" }, headline(line)),
    element("span", { class: "age" }, age(line.created_at)),
    element("span", { class: "from" }, [line.service_date || "no service date", wordsOf(line.table) || "added by hand"].join(" · ")),
    element("span", { class: "signs" }, selected && icon("tick", "selected"), ...signsOf(line, me)),
  );
}

export const idOf = (id) => `line-${id}`;

function signsOf(line, me) {
  const blocking = line.questions.filter((question) => question.blocking).length;
  const toConfirm = line.questions.length - blocking;
  return [
    line.kind === "CD" && icon("credit", "credit"),
    line.kind !== "CD" && line.corrects && icon("credit", "correction of a charge"),
    line.status === "second_review" && icon("eye", "second review"),
    blocking > 0 && icon("question", `${blocking} open question${blocking > 1 ? "s" : ""}`),
    !blocking && toConfirm > 0 && icon("question", `${toConfirm} to confirm`),
    line.asked > 0 && icon("clock", "asked, waiting for an answer"),
    limitSign(line) && element("span", { class: `sign ${isOverdue(line) ? "overdue" : ""}` }, icon("clock", "filing limit"), limitSign(line)),
    line.edits_bite && icon("edit", "an edit bites"),
    line.held_until && icon("hold", "held"),
    claimSign(line, me),
  ].filter(Boolean);
}

function claimSign(line, me) {
  if (line.claimed_by && isAhead(line.claimed_until)) {
    const mine = line.claimed_by === me;
    return element("span", { class: "sign" }, icon("person", mine ? "claimed by you" : "claimed by"), mine ? "" : line.claimed_by);
  }
  return line.assigned_to ? element("span", { class: "sign" }, icon("person", "assigned to"), line.assigned_to) : null;
}
