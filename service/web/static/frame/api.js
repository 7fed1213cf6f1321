// The JSON API. Requests come by the session's cookie, which no script can read.

/** What is said where no answer came. */
export const NO_ANSWER = "No answer came from the service. Reload the list to see how things stand.";

/** The type of the problem of whoever still asks after the session's end. */
export const OVER = "over";

/** An answer that is an error: its HTTP status (0 = no answer at all), its name, and where it says it lies. */
export class Problem extends Error {
  constructor(status, detail, { type = "", errors = [] } = {}) {
    super(detail);
    this.status = status;
    this.name = type.split(":").pop();
    this.errors = errors;
  }
}

export class Api {
  #over = false; // whoever asked has signed out: nothing is asked any more, no answer is given out
  skew = 0; // ms by which the service's clock is ahead of this one
  #operations = new Map(); // "POST /v1/candidates/{}/claim" -> names of its parameters

  /** Learn what this service can do: one that is older than the page lacks what is newer. */
  async start() {
    const { paths } = await this.get("/openapi.json");
    for (const [path, methods] of Object.entries(paths)) {
      const shape = path.replaceAll(/\{[^}]+\}/g, "{}");
      for (const [method, { parameters = [] }] of Object.entries(methods)) {
        this.#operations.set(`${method.toUpperCase()} ${shape}`, new Set(parameters.map(({ name }) => name)));
      }
    }
  }

  /** The session is over: a view that was still loading shows nothing more. */
  end() {
    this.#over = true;
    this.#operations.clear();
    return this;
  }

  /** Whether there is an operation, written as "POST /v1/candidates/{}/ask". */
  offers(operation) {
    return this.#operations.has(operation);
  }

  /** Whether an operation takes a parameter. */
  takes(operation, parameter) {
    return Boolean(this.#operations.get(operation)?.has(parameter));
  }

  get(path) {
    return this.#ask("GET", path);
  }

  /** A page of a list: {items, next}; `next` is the address of the one after it, or null. */
  async page(path) {
    const response = await this.#send("GET", path, { Accept: "application/json" });
    const items = await response.json();
    this.#stand();
    const [, next = null] = /<([^>]+)>; rel="next"/.exec(response.headers.get("Link") ?? "") ?? [];
    return { items, next };
  }

  /** A file: its bytes, and the name to save it under. */
  async file(path) {
    const response = await this.#send("GET", path, {});
    const name = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1] ?? "file";
    const blob = await response.blob();
    this.#stand();
    return { blob, name };
  }

  /** Each press of a button is one request, however often the network repeats it. */
  post(path, body, headers = {}) {
    return this.#ask("POST", path, { "Idempotency-Key": crypto.randomUUID?.() ?? fallbackKey(), ...headers }, body);
  }

  put(path, body) {
    return this.#ask("PUT", path, {}, body);
  }

  delete(path) {
    return this.#ask("DELETE", path);
  }

  /** A step on a line as it was read: its version goes along as If-Match. */
  decide(line, step, body) {
    return this.post(`/v1/candidates/${encodeURIComponent(line.id)}/${step}`, body, { "If-Match": `"${line.version}"` });
  }

  /** A stream of the service, read as it comes; `signal` ends it. */
  stream(path, { signal, lastEventId }) {
    const headers = { Accept: "text/event-stream", ...(lastEventId && { "Last-Event-ID": lastEventId }) };
    return this.#send("GET", path, headers, undefined, signal);
  }

  async #ask(method, path, headers = {}, body = undefined) {
    const response = await this.#send(method, path, { Accept: "application/json", ...headers }, body);
    const answered = response.status === 204 ? null : await response.json();
    this.#stand();
    return answered;
  }

  async #send(method, path, headers, body, signal) {
    this.#stand();
    const sent = body ? { ...headers, "Content-Type": "application/json" } : headers;
    const response = await answer(path, {
      method,
      headers: sent,
      body: body && JSON.stringify(body),
      cache: "no-store",
      credentials: "same-origin",
      redirect: "error",
      signal,
    });
    this.#stand();
    if (!response.ok) throw await problemOf(response);
    const date = Date.parse(response.headers.get("Date"));
    if (date) this.skew = Math.abs(date - Date.now()) > 2000 ? date - Date.now() : 0; // it is told in whole seconds
    return response;
  }

  #stand() {
    if (this.#over) throw new Problem(401, "The session is over.", { type: OVER });
  }
}

/** `next` of a page, as a path: behind a proxy the service may not know its own address. */
export function pathOf(url) {
  const { pathname, search } = new URL(url, location.href);
  return pathname + search;
}

/** Without TLS a browser offers no randomUUID. */
const fallbackKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16)).join("-");

async function answer(path, request) {
  try {
    return await fetch(path, request);
  } catch (reason) {
    if (request.signal?.aborted) throw reason;
    throw new Problem(0, NO_ANSWER);
  }
}

/** What is wrong with which field: "modifiers/0: this is not shaped like a modifier". */
function plainly(errors = []) {
  const said = errors.map(({ location, detail }) => `${location.slice(1)}: ${detail.replace("Value error, ", "")}`);
  return [...new Set(said)].join("; ");
}

async function problemOf(response) {
  try {
    const { detail, title, ...more } = await response.json();
    return new Problem(response.status, plainly(more.errors) || detail || title || `Error ${response.status}`, more);
  } catch {
    return new Problem(response.status, `Error ${response.status}`);
  }
}
