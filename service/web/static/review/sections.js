// Titled sections of the right pane; one that is empty is none.

import { element } from "../frame/dom.js";

export const titled = (title, body, kind = "") =>
  body.childElementCount ? element("section", { class: kind }, element("h3", {}, title), body) : null;

export const listed = (title, entries, kind = "") => titled(title, element("ul", {}, ...entries), kind);
