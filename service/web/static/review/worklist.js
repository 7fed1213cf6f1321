// The left pane: a list box of lines, of which those in view are drawn. It knows which line is chosen.

import { byId } from "../frame/dom.js";
import { VirtualList } from "../frame/virtual_list.js";
import { idOf, rowOf } from "./worklist_row.js";

const STEPS = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };

export class Worklist {
  #list = byId("lines");
  #rows;
  #lines = [];
  #chosen = "";
  #after = new Map(); // a line that was taken off -> the line that stood after it
  #choose;
  #isSelected;
  me = "";

  /**
   * `choose(id)` is told whenever another line is chosen, `more()` when the end of the list comes into view;
   * `isSelected(id)` says whether a line is selected for a batch.
   */
  constructor(choose, more, isSelected = () => false) {
    this.#choose = choose;
    this.#isSelected = isSelected;
    this.#rows = new VirtualList(this.#list, byId("lines-floor"), (line) => this.#draw(line), more);
    this.#list.addEventListener("click", (event) => this.choose(event.target.closest("[role=option]")?.dataset.id));
    this.#list.addEventListener("keydown", (event) => this.#walk(event));
  }

  get lines() {
    return this.#lines;
  }

  get chosen() {
    return this.#chosen;
  }

  get empty() {
    return !this.#lines.length;
  }

  isLast(id) {
    return this.#lines.at(-1)?.id === id;
  }

  /** Where a line stands, counted from 1; 0 = not in the list. */
  placeOf(id) {
    return this.#indexOf(id) + 1;
  }

  clear() {
    this.#lines = [];
    this.#chosen = "";
    this.#after.clear();
    this.#list.removeAttribute("aria-activedescendant");
    this.#list.scrollTop = 0;
    this.#rows.show([]);
  }

  /** Put lines at the end; one that is there already is shown as it is now. */
  add(lines) {
    const known = new Map(this.#lines.map((line) => [line.id, line]));
    for (const line of lines) known.set(line.id, line);
    this.#show([...known.values()]);
  }

  /** A line that waits again stands where it stood; one that was never here, at the end. */
  putBack(line) {
    if (this.placeOf(line.id)) {
      this.update(line);
      return;
    }
    let next = this.#after.get(line.id);
    while (next && !this.placeOf(next)) next = this.#after.get(next);
    this.#show(this.#lines.toSpliced(next ? this.#indexOf(next) : this.#lines.length, 0, line));
  }

  /** Show a line that is in the list as it is now. */
  update(line) {
    this.#show(this.#lines.map((each) => (each.id === line.id ? line : each)));
  }

  /** Choose a line of the list, and bring it into view. */
  choose(id) {
    const index = this.#indexOf(id);
    if (index < 0) return;
    this.#mark(id);
    this.#rows.reveal(index);
    this.#list.setAttribute("aria-activedescendant", idOf(id));
    this.#choose(id);
  }

  chooseFirst() {
    this.choose(this.#lines[0]?.id);
  }

  /** Choose the line so many places on; false when there is none. */
  step(by) {
    const index = this.#indexOf(this.#chosen);
    const wanted = this.#lines[Math.min(Math.max(index + by, 0), this.#lines.length - 1)];
    if (!wanted || wanted.id === this.#chosen) return false;
    this.choose(wanted.id);
    return true;
  }

  /** Take a line off the list; the one after it (or, of the last, before it) is chosen in its place. */
  remove(id) {
    const index = this.#indexOf(id);
    if (index < 0) return;
    this.#after.set(id, this.#lines[index + 1]?.id);
    const heir = this.#lines[index + 1] ?? this.#lines[index - 1];
    const wasChosen = id === this.#chosen;
    this.#show(this.#lines.filter((line) => line.id !== id));
    if (!wasChosen) return;
    this.#chosen = "";
    this.#list.removeAttribute("aria-activedescendant");
    if (heir) this.choose(heir.id);
  }

  /** Draw all rows in view again. */
  redraw() {
    this.#show(this.#lines.map((line) => ({ ...line })));
  }

  focus() {
    this.#list.focus({ preventScroll: true });
  }

  #show(lines) {
    this.#lines = lines;
    this.#rows.show(lines);
  }

  #draw(line) {
    return rowOf(line, { chosen: line.id === this.#chosen, selected: this.#isSelected(line.id), me: this.me });
  }

  #mark(id) {
    document.getElementById(idOf(this.#chosen))?.setAttribute("aria-selected", "false");
    this.#chosen = id;
    document.getElementById(idOf(id))?.setAttribute("aria-selected", "true");
  }

  #indexOf(id) {
    return this.#lines.findIndex((line) => line.id === id);
  }

  #walk(event) {
    const by = { ...STEPS, PageDown: this.#rows.fitting, PageUp: -this.#rows.fitting }[event.key];
    if (!by || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    this.step(by);
  }
}
