// Building the page out of elements and text. Whatever a message says goes in as text, never as HTML.

export const byId = (id) => document.getElementById(id);

/** An element; strings among the children become text. Attributes that are false or undefined are left out. */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

/** A definition list of [name, value] pairs; pairs without a value are left out. */
export function pairs(entries) {
  const list = element("dl", { class: "pairs" });
  for (const [name, value] of entries) {
    if (value) list.append(element("dt", {}, name), element("dd", {}, String(value)));
  }
  return list;
}

/** Say something to the person, in the live region. */
export function say(text, { problem = false } = {}) {
  const message = byId("message");
  message.textContent = text;
  message.classList.toggle("problem", problem);
}
