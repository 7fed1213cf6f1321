// The JSON API. The token lives in this object alone: a reload forgets it.

/** An answer that is an error: its HTTP status (0 = no answer at all) and its problem detail. */
export class Problem extends Error {
  constructor(status, detail, type = "") {
    super(detail);
    this.status = status;
    this.name = type.split(":").pop();
  }
}

export class Api {
  #token;

  constructor(token) {
    this.#token = token;
  }

  me() {
    return this.#ask("GET", "/v1/me");
  }

  /** A page of what waits for a person; `next` is what the page before gave. */
  candidates(next) {
    // Behind a proxy the service may not know its own address: only path and query count.
    const { pathname, search } = new URL(next ?? "/v1/candidates?limit=50", location.href);
    return this.#ask("GET", pathname + search);
  }

  candidate(id) {
    return this.#ask("GET", `/v1/candidates/${encodeURIComponent(id)}`);
  }

  /** Claim, approve, change or reject a line as it was read: its version goes along as If-Match. */
  decide(line, verdict, body) {
    const path = `/v1/candidates/${encodeURIComponent(line.id)}/${verdict}`;
    return this.#ask("POST", path, { "If-Match": `"${line.version}"` }, body);
  }

  counts() {
    return this.#ask("GET", "/v1/candidates/counts");
  }

  /** The postings that need a person. */
  postings() {
    return this.#ask("GET", "/v1/postings");
  }

  async #ask(method, path, headers = {}, body = undefined) {
    const sent = { Authorization: `Bearer ${this.#token}`, Accept: "application/json", ...headers };
    if (body) sent["Content-Type"] = "application/json";
    const response = await answer(path, {
      method,
      headers: sent,
      body: body && JSON.stringify(body),
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
    });
    if (!response.ok) throw await problemOf(response);
    return response.json();
  }
}

async function answer(path, request) {
  try {
    return await fetch(path, request);
  } catch {
    throw new Problem(0, "No answer came from the service. Reload the list to see how things stand.");
  }
}

async function problemOf(response) {
  try {
    const { detail, title, type } = await response.json();
    return new Problem(response.status, detail || title || `Error ${response.status}`, type);
  } catch {
    return new Problem(response.status, `Error ${response.status}`);
  }
}
