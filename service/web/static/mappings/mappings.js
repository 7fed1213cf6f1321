// The mappings: which are loaded, each table to be read, and a message to be tried on them.

import { byId, element } from "../frame/dom.js";
import { icon } from "../frame/icons.js";
import { whenOf } from "../frame/time.js";
import { TableList } from "./table_list.js";
import { Trial } from "./trial.js";

const SHORT = 12; // characters of a digest that are shown

export class Mappings {
  #session;
  #tables;
  #trial;

  constructor(session) {
    this.#session = session;
    this.#tables = new TableList(session);
    this.#trial = new Trial(session);
    byId("show-tables").addEventListener("click", () => this.#turn({ trial: false }));
    byId("show-trial").addEventListener("click", () => this.#turn({ trial: true }));
  }

  async open() {
    const loaded = await this.#session.api.get("/v1/mappings");
    byId("mapping-state").replaceChildren(...stateNodes(loaded));
    this.#trial.offer(loaded.feeds);
    await this.#tables.show(loaded.tables);
  }

  /** Nothing of what was pasted outlives the view. */
  close() {
    byId("mapping-state").replaceChildren();
    this.#tables.clear();
    this.#trial.clear();
  }

  #turn({ trial }) {
    byId("mapping-tables").hidden = trial;
    byId("mapping-trial").hidden = !trial;
    byId("show-tables").setAttribute("aria-pressed", String(!trial));
    byId("show-trial").setAttribute("aria-pressed", String(trial));
    if (trial) byId("trial-message").focus();
  }
}

function stateNodes({ digest, published, changed_on_disk: changed, warnings }) {
  const version = digest.slice(0, SHORT);
  const isPublished = published?.digest === digest;
  const told = isPublished
    ? badge("tick", `Version ${version}, published by ${published.by}, ${whenOf(published.at)}`)
    : badge("question", `Version ${version}, ${published ? `not the published one, ${published.digest.slice(0, SHORT)}` : "not published"}`, "asks");
  const found = warnings.map(({ file, line, message }) => element("li", {}, element("span", { class: "path" }, `${file}:${line}`), ` ${message}`));
  return [
    element(
      "p",
      { class: "bar" },
      told,
      changed && badge("edit", "The files were edited since: what they say now holds after a restart", "asks"),
      warnings.length ? badge("edit", `${warnings.length} doubtful in the lint`, "asks") : badge("tick", "The lint finds nothing"),
    ),
    element("ul", { class: "warnings" }, ...found),
  ];
}

const badge = (sign, text, kind = "") => element("span", { class: `badge ${kind}` }, icon(sign), text);
