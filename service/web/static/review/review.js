// The review view: walks the worklist, shows a line with its documents, and lets a person decide.

import { byId } from "../frame/dom.js";
import { say, unsay } from "../frame/say.js";
import { Bulk } from "./bulk.js";
import { itemsOf, showCandidate } from "./candidate.js";
import { Decisions, NO_LINE } from "./decisions.js";
import { Evidence } from "./evidence.js";
import { jsonOf } from "./filter.js";
import { FilterBar } from "./filter_bar.js";
import { saveFile } from "./files.js";
import { startExport } from "./export.js";
import { closeForm } from "./form.js";
import { headline, isOpen, statusWords } from "./line.js";
import { Live } from "./live.js";
import { showMyDay } from "./my_day.js";
import { Queue } from "./queue.js";
import { hideUpstream, showUpstream } from "./upstream.js";
import { Worklist } from "./worklist.js";

const BEAT = 180_000; // ms: a claim lasts ten minutes

export class Review {
  worklist;
  #session;
  #queue;
  #filters;
  #bulk;
  #live;
  #decisions;
  #evidence;
  #line = null; // the line that is on the screen, as it was read; null while none is
  #left = { user: null, id: location.hash.split("/")[1] ?? "" }; // the line that was open when the session ended
  #replaced = null; // a superseded line, until the one in its place is shown
  #awaited = ""; // the line that will change by itself
  #wanted = ""; // the line that another view leads to
  #beating;

  constructor(session) {
    this.#session = session;
    this.worklist = new Worklist(
      (id) => this.show(id),
      () => this.#queue.more(),
      (id) => this.#bulk.isSelected(id),
    );
    this.#queue = new Queue(session, this.worklist);
    this.#filters = new FilterBar(session, this.#queue, () => session.guarded(() => this.load()));
    this.#bulk = new Bulk(session, this);
    startExport(session, this.#queue);
    this.#live = new Live(session, this);
    const at = { documents: byId("documents"), line: byId("line"), raw: byId("raw"), next: byId("evidence-next"), previous: byId("evidence-previous") };
    this.#evidence = new Evidence(at, (document, file) => session.guarded(() => this.#save(document, file)));
    this.#decisions = new Decisions(session, this);
    const onClick = (id, act) => byId(id).addEventListener("click", () => session.guarded(act));
    for (const id of ["reload", "fresh"]) onClick(id, () => this.#loadAnew());
    onClick("next", () => this.step(1));
    onClick("previous", () => this.step(-1));
    onClick("best", () => this.#takeBest());
  }

  /** The line that is on the screen, as it was read. */
  get line() {
    return this.#line;
  }

  /** The id of the line that was open when the session ended; "" = none. */
  get left() {
    return this.#left.id ?? "";
  }

  async open() {
    const { name } = this.#session.user;
    this.worklist.focus();
    this.worklist.me = name;
    this.#decisions.drafts.belongTo(name);
    this.#live.open();
    this.#beating = setInterval(() => this.#beat(), BEAT);
    const isMine = [name, null].includes(this.#left.user); // null: the address named it
    await Promise.all([this.#filters.open(), this.load(isMine ? this.#left.id : "")]);
    if (this.#wanted) await this.#fetch(this.#wanted);
  }

  /** When this view is opened next, it is at this line, whatever became of it. */
  leadTo(id) {
    this.#wanted = id;
  }

  async #fetch(id) {
    const line = await this.#session.api.get(`/v1/candidates/${encodeURIComponent(id)}`);
    this.worklist.add([line]);
    this.#queue.show();
    this.worklist.choose(id);
  }

  /** Another line, whatever became of it, beside the list. */
  #lookAt(id) {
    this.leadTo(id);
    return this.#fetch(id);
  }

  /** Light the evidence of these elements, where there is any. */
  light(names) {
    const found = itemsOf(this.#line).filter((item) => names.includes(item.name));
    if (found.length) this.#evidence.reveal(found.map((item) => item.n));
  }

  close() {
    this.#left = { user: this.#session.user?.name ?? "", id: this.worklist.chosen };
    clearInterval(this.#beating);
    this.#wanted = "";
    this.#live.close();
    this.#bulk.clear();
    this.#decisions.forget();
    this.#queue.close();
    this.clear();
  }

  #loadAnew() {
    this.worklist.focus(); // at once: when the answer is there, the person may have gone on to another field
    return this.load();
  }

  /** Load the list anew, and choose a line of it: the one named, or the first. */
  async load(wanted = "") {
    this.clear();
    if (!(await this.#queue.load())) return;
    this.#live.seen();
    if (this.worklist.placeOf(wanted)) this.worklist.choose(wanted);
    else this.worklist.chooseFirst();
    this.#session.guarded(() => showMyDay(this.#session));
  }

  async #save(document, file) {
    say(`Saved as ${await saveFile(this.#session.api, this.#line, document, file)}.`);
  }

  async step(by) {
    if (this.worklist.step(by) || by < 0) return;
    await this.#queue.more();
    this.worklist.step(by);
  }

  /** Show a line. While it is fetched none is shown, and so none can be decided unseen. */
  async show(id, before = null) {
    this.clear();
    await this.#session.guarded(async () => {
      const line = await this.#session.api.get(`/v1/candidates/${encodeURIComponent(id)}`);
      if (this.worklist.chosen !== id) return;
      const found = id === this.#wanted || this.#queue.pairs.some(([name]) => name === "status");
      if (isOpen(line) || found) this.#display(line, before);
      else if (line.status === "superseded") await this.#showSuccessor(line);
      else this.#tellDecided(line);
    });
  }

  #display(line, before) {
    this.#line = line;
    unsay(NO_LINE);
    const items = itemsOf(line);
    this.worklist.update(line);
    showCandidate(byId("line"), line, items, {
      reveal: (ns) => this.#evidence.reveal(ns),
      answer: (question) => this.#decisions.answer(question),
      withdraw: (question) => this.#decisions.withdraw(question),
      showLine: (other) => this.#session.guarded(() => this.#lookAt(other)),
      ofProvider: (provider) => this.#filters.narrow(["provider", provider]),
    });
    const earlier = before ?? this.#replaced;
    this.#replaced = null;
    if (earlier) showUpstream(earlier, line);
    this.#decisions.label(line);
    this.#tellOfDraft(line);
    byId("line-pane").scrollTop = 0;
    this.#evidence.show(line.documents, items);
  }

  async #tellOfDraft(line) {
    const { drafts } = this.#decisions;
    await drafts.load(line);
    if (this.#line === line) byId("draft-note").hidden = !drafts.has(line);
  }

  /** Later documentation took the place of a line: show what came instead, and what differs. */
  async #showSuccessor(line) {
    const { items } = await this.#session.api.get("/v1/candidates?order=newest&limit=20");
    const isNext = (each) => each.table === line.table && each.service_date === line.service_date && each.created_at > line.created_at;
    const next = items.find(isNext);
    if (!next) {
      this.#tellDecided(line);
      return;
    }
    this.worklist.add([next]);
    this.#replaced = line;
    this.worklist.choose(next.id);
    this.takeOff(line);
    say(`${headline(line)} was replaced by later documentation. Here is what stands now.`);
  }

  #tellDecided(line) {
    this.takeOff(line);
    say(`${headline(line)} was changed meanwhile: it is ${statusWords(line)}.`, { problem: true });
  }

  /** Take a line off the list. */
  takeOff(line) {
    this.worklist.remove(line.id);
    this.#queue.show();
    if (this.worklist.empty) this.#decisions.labelNone();
  }

  /** A line that was decided waits again. */
  bringBack(line) {
    this.worklist.putBack(line);
    this.#queue.show();
    this.#live.refresh();
    this.worklist.choose(line.id);
    this.#session.guarded(() => showMyDay(this.#session));
  }

  /** A line was split: its parts stand in the list, and it is shown as it is now. */
  showParts([first, ...others]) {
    this.worklist.add(others);
    this.#queue.show();
    return this.show(first.id);
  }

  /** A decided line leaves the list; one that still waits is shown anew. */
  async settle(line) {
    if (isOpen(line)) await this.show(line.id);
    else {
      if (this.worklist.isLast(line.id)) await this.#queue.more();
      this.takeOff(line);
    }
    await showMyDay(this.#session);
  }

  /** What the user did will change this line by itself: then it is shown without being asked for. */
  awaitChange(id) {
    this.#awaited = id;
  }

  /** Somebody else changed a line of the list. */
  changedUpstream(known, { id, version, status }) {
    const changed = { ...known, version, status };
    if (this.worklist.chosen === id) {
      if (this.#line && version > this.#line.version) this.#offerAnew(changed);
    } else if (isOpen(changed)) this.worklist.update(changed);
    else this.takeOff(changed);
  }

  #offerAnew(changed) {
    const before = this.#line;
    if (this.#awaited === changed.id) {
      this.#awaited = "";
      this.show(changed.id, isOpen(changed) ? before : null);
      return;
    }
    say(`This line was changed meanwhile: it is ${statusWords(changed)}. It is shown as you read it.`, { problem: true });
    byId("anew").textContent = `Now ${statusWords(changed)}: show it as it is`;
    byId("anew").hidden = false;
    byId("anew").onclick = () => this.show(before.id, before);
  }

  async #takeBest() {
    const best = await this.#session.api.post("/v1/candidates/next", { filter: jsonOf(this.#queue.pairs) });
    if (!best) say("Nothing is left for you to take.");
    else this.bringBack(best);
  }

  /** Whoever works on a line keeps it. */
  #beat() {
    const mine = this.#line?.claimed_by === this.#session.user?.name;
    if (!mine || !this.#session.offers("POST /v1/candidates/{}/heartbeat")) return;
    this.#session.guarded(() => this.#session.api.post(`/v1/candidates/${encodeURIComponent(this.#line.id)}/heartbeat`));
  }

  clear() {
    this.#line = null;
    this.#decisions.labelNone();
    byId("anew").hidden = true;
    byId("draft-note").hidden = true;
    closeForm();
    hideUpstream();
    this.#evidence.clear();
    byId("line").replaceChildren();
  }
}
