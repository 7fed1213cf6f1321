// The sign-in view: name and password, the identity provider, or a token. What is typed is sent once, and kept nowhere.

import { byId } from "./dom.js";
import { say } from "./say.js";

/** Why the identity provider's answer let nobody in. The address names the reason, and nothing of it is shown. */
const REASONS = {
  "begin-again": "That took too long, or was begun in another window. Sign in again.",
  denied: "The identity provider did not sign you in.",
  "provider-away": "The identity provider does not answer as it should. Try again, or sign in another way.",
  "not-trusted": "What the identity provider sent could not be trusted. Tell the operator of this service.",
  "too-weak": "You signed in there, but not as strongly as this service demands. Use your second factor.",
  "unknown-user": "You are not known here yet. Ask an administrator of this service to add you.",
  "no-role": "You are known, but have no role here. Ask who gives roles to put you into a group of charge review.",
  "name-taken": "Another user here has your name. Ask an administrator of this service.",
  revoked: "Your access to this service was withdrawn. Ask an administrator.",
  "too-many": "Too many attempts from here failed. Wait a minute, then try again.",
};

export class SignIn {
  #session;
  #ways = { passwords: false, provider: null };

  /** `place()` names the view and the line to come back to. */
  constructor(session, place) {
    this.#session = session;
    byId("password-form").addEventListener("submit", (event) => {
      const [name, password] = [byId("sign-in-name").value.trim(), byId("sign-in-password").value];
      this.#send(event, { name, password }, byId("sign-in-password"), "Name or password is not right.");
    });
    byId("token-form").addEventListener("submit", (event) => {
      this.#send(event, { token: byId("token").value.trim() }, byId("token"), "This token is not valid (mistyped or revoked).");
    });
    byId("token-way").addEventListener("click", () => this.#showToken());
    byId("provider").addEventListener("click", () => {
      byId("provider").href = `/sign-in/oidc?view=${encodeURIComponent(place())}`;
    });
  }

  /** Learn how one may sign in here, and go on with the session that this browser has, if it has one. */
  async start() {
    const refused = takeRefusal();
    await this.#session.guarded(async () => {
      this.#ways = await this.#session.ways();
    });
    if (this.#ways.signed_in && !refused) await this.#session.resume();
    if (!this.#session.user) this.show();
    if (refused) say(REASONS[refused] ?? REASONS["begin-again"], { problem: true });
  }

  show() {
    const { passwords, provider } = this.#ways;
    byId("password-form").hidden = !passwords;
    byId("provider").hidden = !provider;
    byId("provider").textContent = `Sign in with ${provider}`;
    byId("token-way").hidden = !(passwords || provider);
    byId("token-form").hidden = Boolean(passwords || provider);
    for (const field of byId("sign-in").querySelectorAll("input")) field.disabled = false; // until here nothing took it
    const first = passwords ? "sign-in-name" : provider ? "provider" : "token";
    byId(first).focus();
  }

  /** A hidden field keeps the focus for a moment, and would swallow the first key. */
  hide() {
    for (const field of byId("sign-in").querySelectorAll("input")) field.blur();
  }

  #showToken() {
    byId("token-way").hidden = true;
    byId("token-form").hidden = false;
    byId("token").focus();
  }

  /** Passwords are slow to test: until the answer comes the button says what it waits for. */
  async #send(event, secret, field, wrong) {
    event.preventDefault();
    const submit = event.target.querySelector("[type=submit]");
    const said = event.target.querySelector("[role=alert]");
    field.value = said.textContent = "";
    [submit.disabled, submit.textContent] = [true, "Signing in…"];
    try {
      if (!(await this.#session.signIn(secret))) said.textContent = wrong;
    } finally {
      [submit.disabled, submit.textContent] = [false, "Sign in"];
    }
    if (!this.#session.user) field.focus();
  }
}

/** The reason that the address names, which is taken out of it. */
function takeRefusal() {
  const refused = new URLSearchParams(location.search).get("refused");
  if (location.search) history.replaceState(null, "", location.pathname + location.hash);
  return refused;
}
