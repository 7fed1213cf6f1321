// What was tried, as lines like those of the queue: one a code, one for each table that only asks.

const NOTHING = {
  asked_questions: [],
  edits: [],
  duplicates: [],
  stated: [],
  diagnoses: [],
  context: {},
  decisions: [],
  charges: [],
  comments: [],
  kind: "CH",
  corrects: "",
  asked: 0,
  assigned_to: "",
  claimed_until: null,
  held_until: null,
};
const NO_CODE = { code: "", units: 0, modifiers: [], row: 0, origin: "mapped", because: [], evidence: [], status: "waiting" };

/** The lines of a tried message; `number` is its place among those that were pasted. */
export function linesOf({ procedures }, number) {
  return procedures.flatMap((procedure) => {
    const common = {
      ...NOTHING,
      message: number,
      procedure: procedure.key,
      elements: procedure.elements,
      service_date: dayOf(procedure.elements),
      unknown: procedure.unknown_codes,
      excluded: procedure.edits,
      explained: procedure.explained,
      note: procedure.notes.join(" "),
    };
    const questionsOf = (table) => procedure.questions.filter((question) => question.table === table);
    const coded = procedure.candidates.map((candidate) => ({
      ...common,
      ...candidate,
      status: "proposed",
      questions: questionsOf(candidate.table),
      coverage: procedure.coverage.filter(({ code }) => code === candidate.code),
    }));
    const proposing = new Set(procedure.candidates.map(({ table }) => table));
    const asking = [...new Set(procedure.questions.map(({ table }) => table))].filter((table) => !proposing.has(table));
    const open = asking.map((table) => ({ ...common, ...NO_CODE, table, says: "No code yet", questions: questionsOf(table), coverage: [] }));
    const silent = { ...common, ...NO_CODE, table: "", says: "Nothing is proposed", questions: [], coverage: [] };
    return coded.length + open.length ? [...coded, ...open] : [silent];
  });
}

/** The one day of service that is documented; "" where there is none, or more than one. */
function dayOf(elements) {
  const days = new Set(elements.filter(({ name }) => name === "service_date").map(({ value }) => String(value).slice(0, 10)));
  return days.size === 1 ? [...days][0] : "";
}
