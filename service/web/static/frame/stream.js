// Server-sent events by fetch, which tells a refusal from a break: read as they come, taken up where they broke off.

const FIRST_PAUSE = 500; // ms; doubled at each failure
const LONGEST_PAUSE = 15_000;

/** The events of a text that is complete up to its last blank line: [{id, event, data}], and what is left over. */
export function eventsIn(text) {
  const blocks = text.replaceAll("\r\n", "\n").split("\n\n");
  const rest = blocks.pop();
  return { events: blocks.map(eventOf).filter((each) => each.data || each.event), rest };
}

function eventOf(block) {
  const found = { id: "", event: "", data: "" };
  for (const line of block.split("\n")) {
    const [name, ...value] = line.split(":");
    if (name in found) found[name] += value.join(":").replace(/^ /, "");
  }
  return found;
}

export class Stream {
  #open; // ({signal, lastEventId}) -> Response
  #take;
  #tell;
  #stopped = new AbortController();
  #lastEventId = "";

  /** `take(event)` gets each event; `tell(live)` whether the stream stands. */
  constructor(open, take, tell) {
    this.#open = open;
    this.#take = take;
    this.#tell = tell;
  }

  /** Read until stop(); gives the problem that ends it for good: only a refusal does. */
  async run() {
    for (let pause = FIRST_PAUSE; !this.#stopped.signal.aborted; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      try {
        await this.#read(() => (pause = FIRST_PAUSE / 2));
      } catch (problem) {
        if (problem.status >= 400 && problem.status < 500) return problem;
      }
      if (this.#stopped.signal.aborted) break;
      this.#tell(false);
      await new Promise((go) => setTimeout(go, pause));
    }
    return null;
  }

  stop() {
    this.#stopped.abort();
  }

  async #read(began) {
    const { body } = await this.#open({ signal: this.#stopped.signal, lastEventId: this.#lastEventId });
    began();
    this.#tell(true);
    let text = "";
    for (const reader = body.pipeThrough(new TextDecoderStream()).getReader(); ; ) {
      const { value, done } = await reader.read();
      if (done) return;
      const { events, rest } = eventsIn(text + value);
      text = rest;
      for (const event of events) {
        this.#lastEventId = event.id || this.#lastEventId;
        this.#take(event);
      }
    }
  }
}
