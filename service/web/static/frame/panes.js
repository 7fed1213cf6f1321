// The bars between the panes: dragged, or moved by arrow keys. Their widths are kept, and nothing else is.

import { keep, kept } from "./preferences.js";

const STEP = 2; // rem a key press
const LIMITS = { worklist: [14, 32, 20], candidate: [20, 48, 27] }; // rem: least, most, at first

/** Make each separator in the container move the width of the pane that it names. */
export function startPanes(container) {
  const widths = widthsKept();
  for (const bar of container.querySelectorAll("[role=separator]")) {
    const pane = bar.dataset.pane;
    const set = (width) => {
      widths[pane] = within(pane, width);
      show(container, bar, pane, widths[pane]);
    };
    set(widths[pane]);
    bar.addEventListener("keydown", (event) => moveByKey(event, pane, widths, set));
    bar.addEventListener("pointerdown", (event) => drag(event, bar, pane, widths, set));
    bar.addEventListener("dblclick", () => {
      set(LIMITS[pane][2]);
      keep("panes", widths);
    });
  }
}

function widthsKept() {
  const found = kept("panes") ?? {};
  const width = (pane) => (Number.isFinite(found[pane]) ? found[pane] : LIMITS[pane][2]);
  return { worklist: width("worklist"), candidate: width("candidate") };
}

const within = (pane, width) => Math.min(Math.max(width, LIMITS[pane][0]), LIMITS[pane][1]);

function show(container, bar, pane, width) {
  container.style.setProperty(`--${pane}`, `${width}rem`);
  const [least, most] = LIMITS[pane];
  bar.setAttribute("aria-valuemin", least);
  bar.setAttribute("aria-valuemax", most);
  bar.setAttribute("aria-valuenow", Math.round(width));
}

/** The right pane grows when its bar moves to the left. */
const signOf = (pane) => (pane === "candidate" ? -1 : 1);

function moveByKey(event, pane, widths, set) {
  const by = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
  if (!by) return;
  event.preventDefault();
  set(widths[pane] + by * signOf(pane));
  keep("panes", widths);
}

function drag(event, bar, pane, widths, set) {
  event.preventDefault();
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const [from, width] = [event.clientX, widths[pane]];
  bar.setPointerCapture(event.pointerId);
  const move = ({ clientX }) => set(width + ((clientX - from) / rem) * signOf(pane));
  const end = () => {
    bar.removeEventListener("pointermove", move);
    keep("panes", widths);
  };
  bar.addEventListener("pointermove", move);
  bar.addEventListener("lostpointercapture", end, { once: true });
}
