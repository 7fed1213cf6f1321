// The worklist as it is filtered, taken away as a file: all of its lines, not only those that are loaded.

import { byId } from "../frame/dom.js";
import { saveFrom } from "../frame/save.js";
import { say } from "../frame/say.js";
import { queryOf } from "./filter.js";

export function startExport(session, queue) {
  const save = (format) =>
    session.guarded(async () => {
      byId("view-menu").hidePopover();
      const query = queryOf([...queue.pairs, ["format", format]]);
      say(`Saved as ${await saveFrom(session.api, `/v1/candidates/export?${query}`)}.`);
    });
  byId("export-csv").addEventListener("click", () => save("csv"));
  byId("export-ndjson").addEventListener("click", () => save("ndjson"));
  byId("export").addEventListener("click", () => {
    byId("view-menu").showPopover();
    byId("export-csv").focus();
  });
}
