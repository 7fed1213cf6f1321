// The page: signs in, and opens the views.

import { Dashboard } from "./dashboard/dashboard.js";
import { byId } from "./frame/dom.js";
import { gate } from "./frame/gates.js";
import { Idle } from "./frame/idle.js";
import { startKeyList } from "./frame/key_list.js";
import { startKeys } from "./frame/keys.js";
import { startPanes } from "./frame/panes.js";
import { startSaying } from "./frame/say.js";
import { Session } from "./frame/session.js";
import { SignIn } from "./frame/sign_in.js";
import { startTheme } from "./frame/theme.js";
import { Views } from "./frame/views.js";
import { Mappings } from "./mappings/mappings.js";
import { Feeds } from "./operations/feeds.js";
import { Postings } from "./operations/postings.js";
import { Quarantine } from "./operations/quarantine.js";
import { Reconciliation } from "./operations/reconciliation.js";
import { Review } from "./review/review.js";

const session = new Session({ started, ended });
const review = new Review(session);
const views = new Views(
  {
    review,
    dashboard: new Dashboard(session),
    postings: new Postings(session),
    quarantine: new Quarantine(session),
    feeds: new Feeds(session),
    mappings: new Mappings(session),
    reconciliation: new Reconciliation(session, (line) => {
      review.leadTo(line);
      location.hash = "#review";
    }),
  },
  (open) => session.guarded(open),
);

const idle = new Idle(session);
const signIn = new SignIn(session, placeLeft);

function started() {
  idle.start();
  const { name, roles, facility } = session.user;
  byId("name").textContent = byId("user-name").textContent = name;
  byId("user-roles").textContent = `${roles.join(", ")} · ${facility === "*" ? "all facilities" : facility}`;
  gate(session);
  signIn.hide();
  turnTo({ signedIn: true });
  return views.turn();
}

function ended() {
  idle.stop();
  views.close();
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  for (const open of document.querySelectorAll(":popover-open")) open.hidePopover();
  turnTo({ signedIn: false });
  signIn.show();
}

function turnTo({ signedIn }) {
  byId("sign-in").hidden = signedIn;
  for (const id of ["views", "who"]) byId(id).hidden = !signedIn;
}

/** Where the user was: a view, and in the review a line. The identity provider leads back to it. */
function placeLeft() {
  const view = location.hash.slice(1).split("/")[0] || "review";
  return view === "review" && review.left ? `${view}/${review.left}` : view;
}

byId("sign-out").addEventListener("click", () => session.signOut());
startSaying();
startTheme(byId("theme"));
startPanes(byId("review"));
startKeys();
startKeyList();
// A page that the browser kept aside would still show who was signed in.
addEventListener("pageshow", (event) => event.persisted && location.reload());
signIn.start();
