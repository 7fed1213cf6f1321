// Several lines at once: selected, tried without effect, shown what would become of each, and only then done.

import { button, byId, element } from "../frame/dom.js";
import { isTyping } from "../frame/keys.js";
import { say } from "../frame/say.js";
import { headline } from "./line.js";

const MOST = 200; // lines a request
const FIELDS = {
  approve: null,
  reject: ["reason", "Why are they no charge?"],
  hold: ["reason", "What do they wait for?"],
  assign: ["to", "To whom? Nothing: nobody."],
};
const VERBS = { approve: "Approve", reject: "Reject", hold: "Hold", assign: "Assign" };

export class Bulk {
  #session;
  #review;
  #selected = new Map(); // id -> line

  constructor(session, review) {
    this.#session = session;
    this.#review = review;
    for (const action of Object.keys(VERBS)) byId(`bulk-${action}`).addEventListener("click", () => this.#open(action));
    byId("bulk-clear").addEventListener("click", () => this.clear());
    byId("bulk-all").addEventListener("click", () => this.#select(this.#review.worklist.lines));
    byId("select").addEventListener("click", () => this.toggle(this.#review.worklist.chosen));
  }

  isSelected(id) {
    return this.#selected.has(id);
  }

  toggle(id) {
    const line = this.#review.worklist.lines.find((each) => each.id === id);
    if (!line || !this.#session.offers("POST /v1/candidates/bulk")) return;
    if (!this.#selected.delete(id)) this.#selected.set(id, line);
    this.#show();
  }

  clear() {
    this.#selected.clear();
    this.#show();
  }

  #select(lines) {
    for (const line of lines) this.#selected.set(line.id, line);
    this.#show();
  }

  #show() {
    byId("bulk-bar").hidden = !this.#selected.size;
    byId("bulk-count").textContent = `${this.#selected.size} selected`;
    this.#review.worklist.redraw();
  }

  #open(action) {
    const dialog = byId("bulk-dialog");
    const asks = FIELDS[action];
    const control = asks && element("input", { id: "bulk-field", maxlength: 500, autocomplete: "off", required: asks[0] === "reason" });
    byId("bulk-title").textContent = `${VERBS[action]} ${this.#selected.size} lines`;
    byId("bulk-fields").replaceChildren(...(asks ? [element("label", { for: "bulk-field" }, asks[1]), control] : []));
    byId("bulk-outcome").replaceChildren();
    const more = () => (asks ? fieldsOf(action, control.value.trim()) : {});
    const bar = byId("bulk-dialog-bar");
    const preview = button({ class: "primary" }, () => this.#preview(action, more(), bar), "Show what would happen");
    bar.replaceChildren(preview, button({}, () => dialog.close(), "Cancel"));
    dialog.showModal();
    if (!asks) this.#preview(action, {}, bar);
  }

  #preview(action, more, bar) {
    return this.#session.guarded(async () => {
      const found = await this.#send(action, more, true);
      byId("bulk-outcome").replaceChildren(...outcomeNodes(found, this.#selected));
      const go = button({ class: "primary" }, () => this.#do(action, more), `${VERBS[action]} ${found.done}`);
      go.disabled = !found.done;
      bar.replaceChildren(go, button({}, () => byId("bulk-dialog").close(), "Cancel"));
      if (!isTyping(document.activeElement)) go.focus(); // a blank of what is typed would press it
    });
  }

  #do(action, more) {
    return this.#session.guarded(async () => {
      const found = await this.#send(action, more, false);
      byId("bulk-dialog").close();
      this.clear();
      await this.#review.load();
      say(`${VERBS[action]}: ${found.done} done${found.refused ? `, ${found.refused} refused` : ""}`);
    });
  }

  async #send(action, more, dryRun) {
    const items = [...this.#selected.values()].map(({ id, version }) => ({ id, version, edits_seen: [] }));
    const all = { done: 0, refused: 0, items: [] };
    for (let at = 0; at < items.length; at += MOST) {
      const body = { action, dry_run: dryRun, items: items.slice(at, at + MOST), ...more };
      const { done, refused, items: outcomes } = await this.#session.api.post("/v1/candidates/bulk", body);
      all.done += done;
      all.refused += refused;
      all.items.push(...outcomes);
    }
    return all;
  }
}

function fieldsOf(action, text) {
  if (action === "assign") return { to: text };
  return action === "reject" ? { reason: "other", text } : { reason: text };
}

function outcomeNodes({ done, refused, items }, lines) {
  const why = items.filter(({ problem }) => problem).map(({ id, problem }) =>
    element("li", {}, element("strong", {}, headline(lines.get(id))), ` ${problem.detail}`),
  );
  const sum = `${done} would be done, ${refused} refused.`;
  return [element("p", { role: "status" }, sum), element("ul", { class: "scrolled" }, ...why)];
}
