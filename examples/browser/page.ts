/** A page without a framework: signs up and in, shows where the account is signed in, ends a session. */
import { createClient, isPending, type LoginPending, type Result } from "@portcullis/client";

const api = createClient({ baseUrl: metaContent("api") });

const status = element("status", HTMLElement);
const problem = element("problem", HTMLElement);
const form = element("credentials", HTMLFormElement);
const email = element("email", HTMLInputElement);
const password = element("password", HTMLInputElement);
const hint = element("password-hint", HTMLElement);
const secondStep = element("second-step", HTMLFormElement);
const code = element("code", HTMLInputElement);
const account = element("account", HTMLElement);
const who = element("who", HTMLElement);
const sessions = element("sessions", HTMLElement);
const signOut = element("sign-out", HTMLButtonElement);

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const isNew = event.submitter instanceof HTMLButtonElement && event.submitter.value === "sign-up";
  void whileBusy(() => signIn(isNew));
});
secondStep.addEventListener("submit", (event) => {
  event.preventDefault();
  void whileBusy(finish);
});
signOut.addEventListener("click", () => void whileBusy(leave));

// The rule for new passwords is the server's: it is shown before the first mistake, and explains the refusals.
const policy = api.getPasswordPolicy();
void policy.then((rule) => {
  if (rule.ok) hint.textContent = `Of a new account: ${rule.data.rule}`;
});

// The cookie may still be good: no script can see it, so the server is asked.
void whileBusy(async () => {
  const me = await api.getMe();
  if (me.ok) return showAccount(me.data.email);
  if (me.status !== 401) complain(me);
  showForm();
});

/** The sign-in that waits for its second step. */
let pending: LoginPending | undefined;

async function signIn(isNew: boolean): Promise<void> {
  const credentials = { email: email.value, password: password.value };
  if (isNew) {
    const made = await api.signup(credentials);
    if (!made.ok) return refuse(made);
    // `SIGNUP=verified`: there is no account yet, and the mailed link makes it.
    if (made.status === 202)
      return void say("A mail is on its way to you. Open its link, then sign in here.");
  }
  const login = await api.login(credentials);
  if (!login.ok) return refuse(login);
  form.reset();
  if (isPending(login.data)) return void askForCode(login.data);
  await showAccount(login.data.user.email);
  say(isNew ? "Your account is made, and you are signed in." : "You are signed in.");
  who.focus();
}

function askForCode(login: LoginPending): void {
  pending = login;
  form.hidden = true;
  secondStep.hidden = false;
  say("One more step: a code of your authenticator app, or a recovery code.");
  code.focus();
}

async function finish(): Promise<void> {
  if (!pending) return void showForm();
  // A code of the app is digits, in groups or not. All else is meant as a recovery code.
  const method = /^[\d ]+$/.test(code.value) ? "totp" : "recovery_code";
  const login = await api.finishSignIn(pending, { method, code: code.value });
  code.value = "";
  if (!login.ok) {
    // It took too long, or too many were wrong: from the beginning.
    const isOver = login.status === 401 && login.problem.code === "invalid_login_token";
    if (isOver) showForm();
    complain(login);
    return void (isOver ? email : code).focus();
  }
  await showAccount(login.data.user.email);
  say("You are signed in.");
  who.focus();
}

/** Says why, and goes to the field that can be mended. */
async function refuse(refused: Result<"signup"> | Result<"login">): Promise<void> {
  if (!refused.ok && refused.status === 400 && refused.problem.code === "weak_password") {
    const rule = await policy;
    const { reasons, detail } = refused.problem;
    const sentences = reasons.map((reason) => (rule.ok ? rule.data.reasons[reason] : detail));
    problem.textContent = ["This password is refused.", ...sentences].join(" ");
  } else complain(refused);
  const isAboutEmail = !refused.ok && (refused.status === 409 || isIssueOf(refused, "email"));
  (isAboutEmail ? email : password).focus();
}

async function showAccount(address: string): Promise<void> {
  who.textContent = address;
  form.hidden = true;
  secondStep.hidden = true;
  account.hidden = false;
  await listSessions();
}

function showForm(): void {
  pending = undefined;
  account.hidden = true;
  secondStep.hidden = true;
  form.hidden = false;
}

async function listSessions(): Promise<void> {
  const page = await api.listMySessions({ limit: 100 });
  if (page.ok) return void sessions.replaceChildren(...page.data.items.map(sessionItem));
  if (page.status === 401) showForm(); // ended meanwhile, from elsewhere
  complain(page);
}

type SessionInfo = Extract<Result<"listMySessions">, { ok: true }>["data"]["items"][number];

function sessionItem({ id, kind, current, createdAt, ip, userAgent }: SessionInfo): HTMLElement {
  const since = new Date(createdAt).toLocaleString();
  const way = kind === "cookie" ? "a browser" : "a program";
  const item = document.createElement("li");
  const text = document.createElement("p");
  // A client's name may have been chosen by a stranger: text, never markup.
  text.textContent = `${current ? "This page" : (userAgent ?? way)}, from ${ip}, since ${since}`;
  item.append(text);
  if (!current) {
    const end = document.createElement("button");
    end.type = "button";
    end.className = "quiet";
    end.textContent = "End";
    end.setAttribute("aria-label", `End the session of ${userAgent ?? way} since ${since}`);
    end.addEventListener("click", () => void whileBusy(() => endSession(id)));
    item.append(end);
  }
  return item;
}

async function endSession(sessionId: string): Promise<void> {
  const ended = await api.revokeMySession({ sessionId });
  // 404: it has ended already, which is what was asked for.
  if (!ended.ok && ended.status !== 404) return void complain(ended);
  await listSessions();
  say("The session has ended.");
  who.focus(); // the button that had the focus is gone
}

async function leave(): Promise<void> {
  const left = await api.logout();
  if (!left.ok) return void complain(left);
  showForm();
  say("You are signed out.");
  email.focus();
}

/** One thing at a time: what was said before is taken back, and nothing can be pressed twice. */
async function whileBusy(work: () => Promise<void>): Promise<void> {
  if (document.body.ariaBusy === "true") return;
  document.body.ariaBusy = "true";
  status.textContent = "";
  problem.textContent = "";
  try {
    await work();
  } finally {
    document.body.ariaBusy = "false";
  }
}

function say(text: string): void {
  status.textContent = text;
}

interface Failed {
  readonly ok: boolean;
  readonly status: number;
  readonly problem?: Problem | undefined;
}
interface Problem {
  readonly detail: string;
  readonly issues?: readonly { readonly path: readonly string[]; readonly message: string }[];
  readonly retryAfterSeconds?: number;
}

/** Every failure has a sentence for people; where a list says more, that is what they can mend. */
function complain(failed: Failed): void {
  const {
    detail,
    issues = [],
    retryAfterSeconds,
  } = failed.problem ?? {
    detail: "The server was not reached. Try again.",
  };
  const more = [
    ...issues.map(({ path, message }) => `${path.join(" ")}: ${message}.`),
    ...(retryAfterSeconds === undefined ? [] : [`Try again in ${retryAfterSeconds} seconds.`]),
  ];
  problem.textContent = (issues.length > 0 ? more : [detail, ...more]).join(" ");
}

function isIssueOf({ problem: found }: Failed, field: string): boolean {
  return found?.issues?.some(({ path }) => path[0] === field) ?? false;
}

function element<T extends HTMLElement>(id: string, kind: abstract new () => T): T {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`The page has no ${kind.name} #${id}`);
}

function metaContent(name: string): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? "";
}
