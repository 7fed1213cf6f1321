// Feeds in operation: what each brought, what became of it, which are silent.

import { byId, button, element } from "../frame/dom.js";
import { columnsChart } from "../frame/charts.js";
import { icon } from "../frame/icons.js";
import { tableOf } from "../frame/table.js";
import { agoOf, whenOf } from "../frame/time.js";

const HOUR = 3_600_000;
const HOURS = 48;

export class Feeds {
  #session;

  constructor(session) {
    this.#session = session;
  }

  async open() {
    const feeds = await this.#session.api.get("/v1/feeds");
    const columns = [
      ["Feed", (feed) => this.#nameNode(feed)],
      ["Takes", ({ accepts }) => accepts.join(", ")],
      ["State", standNode],
      ["Last message", ({ last_message_at: at }) => (at ? agoOf(at) : "never")],
      ["Today", ({ last_day: { received } }) => received.toLocaleString(), { number: true }],
      ["Ever", ({ ever: { received } }) => received.toLocaleString(), { number: true }],
      ["Duplicates", ({ ever: { duplicates } }) => duplicates.toLocaleString(), { number: true }],
      ["Odd numbers", oddOf, { number: true }],
      ["Set aside", ({ ever: { quarantined } }) => quarantined.toLocaleString(), { number: true }],
    ];
    byId("feeds-list").replaceChildren(tableOf("Feeds", columns, feeds));
  }

  close() {
    byId("feeds-list").replaceChildren();
    byId("feed-hours").replaceChildren();
  }

  #nameNode({ name, title }) {
    const show = () => this.#session.guarded(() => this.#showHours(name, title));
    return button({ class: "plain", title: "Hour by hour" }, show, title || name);
  }

  async #showHours(name, title) {
    const { hours } = await this.#session.api.get(`/v1/feeds/${encodeURIComponent(name)}`);
    byId("feed-hours").replaceChildren(
      element("h3", {}, `${title || name}: messages an hour, the last two days`),
      columnsChart(byHour(hours), "Messages an hour"),
    );
  }
}

/** [{label, value}] for each of the last hours, those without news too. */
export function byHour(hours, now = Date.now()) {
  const values = new Map(hours.map(({ hour, received }) => [new Date(hour).getTime(), received]));
  const last = Math.floor(now / HOUR) * HOUR;
  return Array.from({ length: HOURS }, (_, n) => {
    const hour = last - (HOURS - 1 - n) * HOUR;
    return { label: whenOf(hour), value: values.get(hour) ?? 0 };
  });
}

/** Messages whose control id was used before, or whose number (MSH-13) was not the next one. */
function oddOf({ ever: { reused, out_of_sequence: outOfSequence } }) {
  return (reused + outOfSequence).toLocaleString();
}

function standNode({ silent, lag_seconds: lag, ever: { received }, last_day: { quarantined } }) {
  if (silent) return element("span", { class: "badge problem" }, icon("edit"), "silent");
  if (lag > 60) return element("span", { class: "badge asks" }, icon("clock"), `waits ${Math.round(lag / 60)} min`);
  if (quarantined) return element("span", { class: "badge asks" }, icon("question"), `${quarantined} set aside today`);
  if (!received) return element("span", { class: "badge" }, icon("clock"), "no message yet");
  return element("span", { class: "badge" }, icon("tick"), "well");
}
