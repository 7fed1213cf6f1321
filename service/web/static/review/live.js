// Live change: what others decide leaves the list, what comes new is announced, never put under the cursor.

import { NO_ANSWER } from "../frame/api.js";
import { byId } from "../frame/dom.js";
import { unsay } from "../frame/say.js";
import { Stream } from "../frame/stream.js";

const PATH = "/v1/events-stream";
const OPEN = new Set(["proposed", "waiting", "second_review"]);

export class Live {
  #session;
  #review;
  #stream = null;
  #fresh = new Set();

  constructor(session, review) {
    this.#session = session;
    this.#review = review;
  }

  open() {
    this.seen();
    this.#tell(null);
    if (!this.#session.offers(`GET ${PATH}`)) return;
    const { api } = this.#session;
    const stream = new Stream((how) => api.stream(PATH, how), (event) => this.#take(event), (live) => this.#tell(live));
    this.#stream = stream;
    stream.run().then((problem) => {
      if (problem && this.#stream === stream) this.#session.report(problem);
    });
  }

  close() {
    this.#stream?.stop();
    this.#stream = null;
  }

  /** The list was loaded anew: nothing in it is news. */
  seen() {
    this.#fresh.clear();
    this.#show();
  }

  #take({ event, data }) {
    if (event === "reset") {
      this.#fresh.add("reset");
      this.#show();
    } else if (event === "candidate") this.#changed(JSON.parse(data));
  }

  #changed(line) {
    const known = this.#review.worklist.lines.find(({ id }) => id === line.id);
    if (!known) {
      if (OPEN.has(line.status)) this.#fresh.add(line.id);
      else this.#fresh.delete(line.id);
      this.#show();
    } else if (line.version > known.version) this.#review.changedUpstream(known, line);
  }

  /** What stands in the list by now is no news. */
  refresh() {
    for (const { id } of this.#review.worklist.lines) this.#fresh.delete(id);
    this.#show();
  }

  #show() {
    const count = this.#fresh.size;
    byId("fresh").hidden = !count;
    byId("fresh").textContent = this.#fresh.has("reset") ? "Much has changed: show" : `${count} new: show`;
  }

  #tell(live) {
    const mark = byId("live");
    mark.hidden = live === null;
    mark.classList.toggle("off", live === false);
    mark.textContent = live ? "live" : "offline"; // a word no longer than its place: the head stays one row
    mark.title = live ? "" : "Connecting again";
    if (live) unsay(NO_ANSWER);
  }
}
