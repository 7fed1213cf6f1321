// The review view: walks the worklist, shows a line with its documents, and lets a person decide.

import { pathOf } from "../frame/api.js";
import { byId } from "../frame/dom.js";
import { say } from "../frame/say.js";
import { itemsOf, pressItems, showCandidate } from "./candidate.js";
import { Decisions } from "./decisions.js";
import { light, showDocuments } from "./document.js";
import { closeForm } from "./form.js";
import { headline, isOpen, statusWords } from "./line.js";
import { hideUpstream, showUpstream } from "./upstream.js";
import { Worklist } from "./worklist.js";

const PAGE = "/v1/candidates?limit=200";

export class Review {
  #session;
  #worklist = new Worklist(
    (id) => this.show(id),
    () => this.#loadMore(),
  );
  #decisions;
  #line = null; // the line that is on the screen, as it was read; null while none is
  #items = [];
  #raw = false;
  #next = null; // asks for the next page
  #loading = null;

  constructor(session) {
    this.#session = session;
    this.#decisions = new Decisions(session, this);
    this.#listen();
  }

  /** The line that is on the screen, as it was read. */
  get line() {
    return this.#line;
  }

  open() {
    this.#worklist.me = this.#session.user.name;
    return this.load();
  }

  close() {
    this.#next = null;
    this.#worklist.clear();
    this.clear();
  }

  async load() {
    const page = await this.#session.api.get(PAGE);
    if (!this.#session.api) return; // signed out meanwhile
    this.#worklist.clear();
    this.clear();
    this.#addPage(page);
    this.#worklist.focus();
    this.#worklist.chooseFirst();
  }

  /** The next page, once, however often it is asked for. */
  #loadMore() {
    if (!this.#next) return undefined;
    this.#loading ??= this.#session
      .guarded(async () => this.#addPage(await this.#session.api.get(pathOf(this.#next))))
      .finally(() => (this.#loading = null));
    return this.#loading;
  }

  #addPage(page) {
    if (!this.#session.api) return;
    this.#next = page.next;
    this.#worklist.add(page.items);
    this.#count();
  }

  #count() {
    const { length } = this.#worklist.lines;
    byId("queue-count").textContent = length ? `${length}${this.#next ? "+" : ""}` : "";
    byId("queue-empty").hidden = length > 0;
    byId("lines").hidden = !length;
  }

  async step(by) {
    if (this.#worklist.step(by) || by < 0) return;
    await this.#loadMore();
    this.#worklist.step(by);
  }

  /** Show a line. While it is fetched none is shown, and so none can be decided unseen. */
  async show(id, before = null) {
    this.clear();
    await this.#session.guarded(async () => {
      const line = await this.#session.api.get(`/v1/candidates/${encodeURIComponent(id)}`);
      if (this.#worklist.chosen !== id) return;
      if (isOpen(line)) this.#display(line, before);
      else this.#tellDecided(line);
    });
  }

  #display(line, before) {
    this.#line = line;
    this.#items = itemsOf(line);
    this.#worklist.update(line);
    showCandidate(byId("line"), line, this.#items, this);
    if (before) showUpstream(before, line);
    byId("approve").setAttribute("aria-disabled", String(!line.code));
    byId("line-pane").scrollTop = 0;
    this.#showDocuments();
    scrollTo(byId("documents").querySelector("mark.decides"));
  }

  #showDocuments() {
    showDocuments(byId("documents"), this.#line.documents, this.#items, { raw: this.#raw });
  }

  #tellDecided(line) {
    this.takeOff(line);
    say(`${headline(line)} was changed meanwhile: it is ${statusWords(line)}.`, { problem: true });
  }

  /** Take a line off the list. */
  takeOff(line) {
    this.#worklist.remove(line.id);
    this.#count();
  }

  /** A decided line leaves the list; one that still waits is shown anew. */
  async settle(line) {
    if (isOpen(line)) await this.show(line.id);
    else {
      if (this.#worklist.isLast(line.id)) await this.#loadMore();
      this.takeOff(line);
    }
  }

  clear() {
    this.#line = null;
    this.#items = [];
    closeForm();
    hideUpstream();
    byId("documents").replaceChildren();
    byId("line").replaceChildren();
  }

  /** Light these items, here and in the documents, and bring the first into view. */
  reveal(ns) {
    let mark = light(byId("documents"), ns);
    if (!mark && !this.#raw) {
      this.#turnRaw(true);
      mark = light(byId("documents"), ns);
    }
    pressItems(byId("line"), ns);
    scrollTo(mark);
    say(mark ? "" : "Its place in the documents cannot be shown.", { problem: !mark });
  }

  #turnRaw(raw) {
    this.#raw = raw;
    byId("raw").setAttribute("aria-pressed", String(raw));
    if (!this.#line) return;
    this.#showDocuments();
    light(byId("documents"), this.#pressed());
  }

  #pressed() {
    return [...byId("line").querySelectorAll("[data-item][aria-pressed=true]")].map((each) => Number(each.dataset.item));
  }

  /** The evidence before or after the one that is lit, in the order in which it is listed. */
  #stepEvidence(by) {
    const listed = [...byId("line").querySelectorAll("[data-item]")].map((each) => Number(each.dataset.item));
    if (!listed.length) return;
    const at = this.#pressed().length === 1 ? listed.indexOf(this.#pressed()[0]) : -1;
    const n = at < 0 ? (by > 0 ? 0 : listed.length - 1) : (at + by + listed.length) % listed.length;
    this.reveal([listed[n]]);
    byId("line").querySelector(`[data-item="${listed[n]}"]`).scrollIntoView({ block: "nearest" });
  }

  #listen() {
    const onClick = (id, act) => byId(id).addEventListener("click", act);
    onClick("reload", () => this.#session.guarded(() => this.load()));
    onClick("next", () => this.#session.guarded(() => this.step(1)));
    onClick("previous", () => this.#session.guarded(() => this.step(-1)));
    onClick("evidence-next", () => this.#stepEvidence(1));
    onClick("evidence-previous", () => this.#stepEvidence(-1));
    onClick("raw", () => this.#turnRaw(!this.#raw));
    onClick("documents", ({ target }) => {
      const items = target.closest("mark")?.dataset.items.split(" ").map(Number);
      if (items) this.reveal(items);
    });
  }
}

function scrollTo(mark) {
  const folded = mark?.closest("details");
  if (folded) folded.open = true;
  mark?.scrollIntoView({ block: "center" });
}
