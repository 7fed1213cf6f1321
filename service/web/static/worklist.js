// The left pane: a list box of lines with a roving tab stop. It knows which line is chosen, not what is in it.

import { element } from "./dom.js";

export class Worklist {
  #list;
  #choose;

  /** `choose(id)` is told whenever another line is chosen. */
  constructor(list, choose) {
    this.#list = list;
    this.#choose = choose;
    list.addEventListener("click", (event) => this.choose(event.target.closest("[role=option]")?.dataset.id));
    list.addEventListener("keydown", (event) => this.#arrow(event));
  }

  get chosen() {
    return this.#list.querySelector("[aria-selected=true]")?.dataset.id;
  }

  get empty() {
    return !this.#list.firstElementChild;
  }

  isLast(id) {
    return this.#list.lastElementChild?.dataset.id === id;
  }

  clear() {
    this.#list.replaceChildren();
  }

  add(lines) {
    this.#list.append(...lines.map(optionNode));
  }

  /** Show a line that is in the list as it is now. */
  update(line) {
    const old = this.#option(line.id);
    if (!old) return;
    const option = optionNode(line);
    const focused = old === document.activeElement;
    old.replaceWith(option);
    if (old.getAttribute("aria-selected") === "true") mark(option, true);
    if (focused) option.focus();
  }

  /** Choose a line; the focus follows when it was in the list. */
  choose(id) {
    const option = this.#option(id);
    if (!option) return;
    const before = this.#option(this.chosen);
    if (before) mark(before, false);
    mark(option, true);
    if (this.#list.contains(document.activeElement)) option.focus();
    option.scrollIntoView({ block: "nearest" });
    this.#choose(id);
  }

  chooseFirst() {
    this.choose(this.#list.firstElementChild?.dataset.id);
  }

  /** Choose the next (+1) or the previous (-1) line; false when there is none. */
  step(by) {
    const option = this.#option(this.chosen);
    const neighbour = by > 0 ? option?.nextElementSibling : option?.previousElementSibling;
    if (neighbour) this.choose(neighbour.dataset.id);
    return Boolean(neighbour);
  }

  /** Take a line off the list; the one after it (or, of the last, before it) is chosen in its place. */
  remove(id) {
    const option = this.#option(id);
    const heir = option?.nextElementSibling ?? option?.previousElementSibling;
    if (id === this.chosen && heir) this.choose(heir.dataset.id);
    option?.remove();
  }

  #option(id) {
    return [...this.#list.children].find((option) => option.dataset.id === id);
  }

  #arrow(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    this.step(by);
  }
}

function mark(option, chosen) {
  option.setAttribute("aria-selected", String(chosen));
  option.tabIndex = chosen ? 0 : -1;
}

function optionNode(line) {
  const asked = line.questions.some((question) => question.blocking);
  const notes = [
    line.kind === "CD" && "credit",
    line.corrects && line.kind !== "CD" && "correction",
    asked && "question",
    line.claimed_by && `claimed by ${line.claimed_by}`,
  ].filter(Boolean);
  return element(
    "li",
    { role: "option", "data-id": line.id, "aria-selected": "false", tabindex: "-1", class: line.kind === "CD" && "credit" },
    element("strong", {}, headline(line)),
    element("span", {}, line.service_date || "no service date"),
    element("span", { class: "hint" }, [line.table, ...notes].join(" · ")),
  );
}

/** A line in a few characters: "62327-59-LT × 2". */
export function headline(line) {
  if (!line.code) return "No code yet";
  const units = line.units > 1 ? ` × ${line.units}` : "";
  return [line.code, ...line.modifiers].join("-") + units;
}
