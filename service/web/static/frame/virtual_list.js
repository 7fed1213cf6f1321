// A list of which only the rows in view stand in the page: ten thousand rows cost what thirty do.

const SPARE = 8; // rows drawn above and below what is in view

export class VirtualList {
  #scroller;
  #floor; // as high as all rows together
  #draw;
  #ended;
  #rows = [];
  #nodes = new Map(); // row -> its element
  #waiting = 0;

  /** `draw(row, n)` makes the element of a row; `ended()` is told when the last rows come into view. */
  constructor(scroller, floor, draw, ended) {
    this.#scroller = scroller;
    this.#floor = floor;
    this.#draw = draw;
    this.#ended = ended;
    scroller.addEventListener("scroll", () => this.refresh(), { passive: true });
    new ResizeObserver(() => this.refresh()).observe(scroller);
  }

  /** All rows, in order; an element is drawn anew when its row is another object. */
  show(rows) {
    this.#rows = rows;
    this.#floor.style.height = `${rows.length * this.#height}px`;
    this.#place();
  }

  /** Draw what is in view, in the next frame. */
  refresh() {
    this.#waiting ||= requestAnimationFrame(() => {
      this.#waiting = 0;
      this.#place();
    });
  }

  /** Scroll as little as brings row n into view. */
  reveal(n) {
    const { scrollTop, clientHeight } = this.#scroller;
    const top = n * this.#height;
    if (top < scrollTop) this.#scroller.scrollTop = top;
    else if (top + this.#height > scrollTop + clientHeight) {
      this.#scroller.scrollTop = top + this.#height - clientHeight;
    }
    this.#place();
  }

  /** How many rows fit into view. */
  get fitting() {
    return Math.max(1, Math.floor(this.#scroller.clientHeight / this.#height));
  }

  /** Of a row, in pixels: it grows with the letters. */
  get #height() {
    const root = getComputedStyle(document.documentElement);
    return parseFloat(root.getPropertyValue("--row")) * parseFloat(root.fontSize);
  }

  #place() {
    const height = this.#height;
    const first = Math.max(0, Math.floor(this.#scroller.scrollTop / height) - SPARE);
    const last = Math.min(this.#rows.length, first + this.fitting + 2 * SPARE + 1);
    const nodes = new Map();
    for (let n = first; n < last; n += 1) {
      const row = this.#rows[n];
      const node = this.#nodes.get(row) ?? this.#draw(row, n);
      node.style.transform = `translateY(${n * height}px)`;
      node.setAttribute("aria-posinset", n + 1);
      nodes.set(row, node);
    }
    this.#nodes = nodes;
    settle(this.#floor, [...nodes.values()]);
    if (this.#rows.length && last === this.#rows.length) this.#ended();
  }
}

/** Make these the children, in order; those that stand where they should are not touched. */
function settle(parent, wanted) {
  const stay = new Set(wanted);
  for (const child of [...parent.children]) if (!stay.has(child)) child.remove();
  wanted.forEach((node, n) => {
    if (parent.children[n] !== node) parent.insertBefore(node, parent.children[n] ?? null);
  });
}
