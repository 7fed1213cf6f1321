// The page: signs in, walks the worklist, shows a line, sends what a person decides.

import { Api, Problem } from "./api.js";
import { itemsOf, showCandidate } from "./candidate.js";
import { changeOf, openDialog } from "./dialogs.js";
import { light, showDocuments } from "./document.js";
import { byId, say } from "./dom.js";
import { showFoot } from "./foot.js";
import { listenForKeys } from "./keys.js";
import { headline, Worklist } from "./worklist.js";

const OPEN = new Set(["proposed", "waiting"]);
const DONE = { approve: "Approved", reject: "Rejected", change: "Changed", claim: "Claimed for ten minutes" };

const worklist = new Worklist(byId("lines"), show);
let api = null;
let shown = null; // the line that is on the screen, as it was read; null while none is
let more = null; // asks for the next page
let busy = false;

// Signing in and out

async function signIn(event) {
  event.preventDefault();
  const token = byId("token").value.trim();
  byId("sign-in-form").reset();
  await guarded(async () => {
    api = new Api(token);
    const user = await api.me();
    byId("name").textContent = `${user.name} (${user.roles.join(", ")})`;
    await load();
    turnTo({ signedIn: true });
    say("");
  });
}

/** Forget the token and everything that was shown. */
function signOut(text = "", problem = false) {
  api = shown = more = null;
  worklist.clear();
  clearPanes();
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  turnTo({ signedIn: false });
  say(text, { problem });
}

function turnTo({ signedIn }) {
  byId("sign-in").hidden = signedIn;
  for (const id of ["review", "foot", "who"]) byId(id).hidden = !signedIn;
  const start = signedIn ? byId("lines").querySelector("[tabindex='0']") : byId("token");
  start?.focus();
}

// The worklist

async function load() {
  const page = await api.candidates();
  if (!api) return; // signed out meanwhile
  worklist.clear();
  clearPanes();
  addPage(page);
  worklist.chooseFirst();
  await refreshFoot();
}

async function loadMore() {
  if (more) addPage(await api.candidates(more));
}

function addPage(page) {
  worklist.add(page.items);
  more = page.next;
  byId("more").hidden = !more;
  byId("queue-empty").hidden = !worklist.empty;
}

async function step(by) {
  if (worklist.step(by) || by < 0 || !more) return;
  await loadMore();
  worklist.step(by);
}

async function refreshFoot() {
  if (api) showFoot(...(await Promise.all([api.counts(), api.postings()])));
}

// One line

/** Show a line. While it is fetched none is shown, and so none can be decided unseen. */
async function show(id) {
  clearPanes();
  await guarded(async () => {
    const line = await api.candidate(id);
    if (worklist.chosen !== id) return;
    if (OPEN.has(line.status)) display(line);
    else {
      takeOff(line);
      say(`${headline(line)} was changed meanwhile: it is ${line.status}.`, { problem: true });
    }
  });
}

function display(line) {
  shown = line;
  const items = itemsOf(line);
  worklist.update(line);
  showDocuments(byId("documents"), line.documents, items);
  showCandidate(byId("line"), line, items, reveal);
  byId("approve").setAttribute("aria-disabled", String(!line.code));
  byId("candidate").scrollTop = 0;
  const first = byId("documents").querySelector("mark.decides, mark");
  byId("source").scrollTop = first ? first.offsetTop - byId("source").clientHeight / 3 : 0;
}

function takeOff(line) {
  worklist.remove(line.id);
  byId("queue-empty").hidden = !worklist.empty;
}

function clearPanes() {
  shown = null;
  byId("documents").replaceChildren();
  byId("line").replaceChildren();
}

function reveal(item) {
  const mark = light(byId("documents"), item);
  for (const button of byId("line").querySelectorAll("[data-item]")) {
    button.setAttribute("aria-pressed", String(button.dataset.item === String(item)));
  }
  mark?.scrollIntoView({ block: "center" });
  say(mark ? "" : "Its place in the documents cannot be shown.", { problem: !mark });
}

// Decisions

/** Send a decision on the shown line; gives the sentence that says why it was not taken. */
async function decide(verdict, body) {
  if (!shown || busy) return "";
  const line = shown;
  busy = true;
  try {
    const after = await api.decide(line, verdict, body);
    clearPanes(); // what was decided cannot be decided again while the next line is on its way
    say(`${DONE[verdict]}: ${headline(after)}`);
    guarded(() => settle(after));
    return "";
  } catch (problem) {
    return refused(problem, line);
  } finally {
    busy = false;
  }
}

/** A decided line leaves the list; one that still waits is shown anew. */
async function settle(line) {
  if (OPEN.has(line.status)) await show(line.id);
  else {
    if (worklist.isLast(line.id)) await loadMore();
    takeOff(line);
  }
  await refreshFoot();
}

async function refused(problem, line) {
  if (problem.status !== 412 && problem.name !== "edits-unseen") {
    report(problem);
    return problem.message;
  }
  await show(line.id);
  if (shown?.id === line.id) {
    say("This line, or what it stands beside, was changed meanwhile, and your decision was not taken. Here it is as it is now.", { problem: true });
  }
  return "";
}

/** Run a step; a problem is said. */
async function guarded(step) {
  try {
    await step();
  } catch (problem) {
    report(problem);
  }
}

/** Say what the service says; the session ends when it no longer knows the token. */
function report(problem) {
  if (!(problem instanceof Problem)) throw problem;
  if (problem.status === 401) signOut("Sign in: the token is not, or no longer, valid.", true);
  else say(problem.message, { problem: true });
}

// Buttons

function rejectLine() {
  if (shown) openDialog(byId("reject-dialog"), {}, ({ reason }) => decide("reject", { reason: reason.trim() }));
}

function changeLine() {
  if (!shown) return;
  const { code, units, modifiers } = shown;
  const values = { code, units: units || 1, modifiers: modifiers.join(" ") };
  openDialog(byId("change-dialog"), values, (wanted) => decide("change", changeOf(shown, wanted)));
}

const onClick = (id, action) => byId(id).addEventListener("click", action);

byId("sign-in-form").addEventListener("submit", signIn);
onClick("sign-out", () => signOut());
onClick("help", () => byId("help-dialog").showModal());
onClick("reload", () => guarded(load));
onClick("more", () => guarded(loadMore));
onClick("approve", () => shown && decide("approve", { edits_seen: shown.edits.map((edit) => edit.id) }));
onClick("claim", () => decide("claim"));
onClick("reject", rejectLine);
onClick("change", changeLine);
onClick("next", () => guarded(() => step(1)));
onClick("previous", () => guarded(() => step(-1)));
listenForKeys();
// A page that the browser kept aside would still know the token.
addEventListener("pageshow", (event) => event.persisted && location.reload());
byId("token").focus();
