// Building the page out of elements and text. Whatever a message says goes in as text, never as HTML.

export const byId = (id) => document.getElementById(id);

/** An element; strings among the children become text. Attributes that are false or undefined are left out. */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** A button that does something. */
export function button(attributes, act, ...children) {
  const node = element("button", { type: "button", ...attributes }, ...children);
  node.addEventListener("click", act);
  return node;
}

/** A definition list of [name, value] pairs; pairs without a value are left out. */
export function pairs(entries) {
  const list = element("dl", { class: "pairs" });
  for (const [name, value] of entries) {
    if (value) list.append(element("dt", {}, name), element("dd", {}, value instanceof Node ? value : String(value)));
  }
  return list;
}

/** A name whose parts may stand on lines of their own: "catheter.disposition". */
export function breakable(name) {
  return name.split(/(?<=[._])/).flatMap((part, n) => (n ? [element("wbr"), part] : [part]));
}

/** Text for those who do not see the sign beside it. */
export const spoken = (text) => element("span", { class: "spoken" }, text);
