// What was typed into a form and not sent: kept in memory, and with the service, sealed, if it takes drafts. So it
// outlives the end of a session. Never in the storage of the browser: it may be about a patient.

const REST = 800; // ms without a key before the service is told

export class Drafts {
  #session;
  #kept = new Map(); // line id -> {form, values}
  #owner = "";
  #waiting = new Map(); // line id -> {tell, timer}

  constructor(session) {
    this.#session = session;
    session.beforeLeaving(() => this.#flush());
  }

  /** What another user typed is nobody else's. */
  belongTo(owner) {
    if (owner !== this.#owner) this.#kept.clear();
    this.#owner = owner;
  }

  /** Keep what stands in a form of a line. */
  keep(line, form, values) {
    const content = { form, values };
    this.#kept.set(line.id, content);
    if (!this.#session.offers("PUT /v1/candidates/{}/draft")) return;
    clearTimeout(this.#waiting.get(line.id)?.timer);
    const tell = () => {
      this.#waiting.delete(line.id);
      return this.#quietly(() => this.#session.api.put(pathOf(line), { content }));
    };
    this.#waiting.set(line.id, { tell, timer: setTimeout(tell, REST) });
  }

  /** Fetch what the service kept of a line, so that its form can open at once when a key asks for it. */
  async load(line) {
    if (this.#kept.has(line.id) || !this.#session.offers("GET /v1/candidates/{}/draft")) return;
    const found = await this.#quietly(() => this.#session.api.get(pathOf(line)));
    if (found && !this.#kept.has(line.id)) this.#kept.set(line.id, found.content);
  }

  has(line) {
    return this.#kept.has(line.id);
  }

  /** What stood in this form of a line, or null. */
  of(line, form) {
    const found = this.#kept.get(line.id);
    return found?.form === form ? found.values : null;
  }

  /** It was sent, or is not wanted any more. */
  drop(line) {
    clearTimeout(this.#waiting.get(line.id)?.timer);
    this.#waiting.delete(line.id);
    const there = this.#kept.delete(line.id);
    if (there && this.#session.offers("DELETE /v1/candidates/{}/draft")) {
      this.#quietly(() => this.#session.api.delete(pathOf(line)));
    }
  }

  /** Tell the service now what it would be told in a moment. */
  #flush() {
    const waiting = [...this.#waiting.values()];
    for (const { timer } of waiting) clearTimeout(timer);
    return Promise.all(waiting.map(({ tell }) => tell()));
  }

  /** A draft that the service does not take is still in memory. */
  async #quietly(step) {
    try {
      return await step();
    } catch {
      return null;
    }
  }
}

const pathOf = (line) => `/v1/candidates/${encodeURIComponent(line.id)}/draft`;
