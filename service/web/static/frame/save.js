// A file of the service, saved by the browser under the name that the answer gives it; the page never opens one.

import { element } from "./dom.js";

/** Gives the name. */
export async function saveFrom(api, path) {
  const { blob, name } = await api.file(path);
  const url = URL.createObjectURL(blob);
  element("a", { href: url, download: name }).click();
  URL.revokeObjectURL(url);
  return name;
}
