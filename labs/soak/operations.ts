/** The operations of a client on its account. The ledger records the possible effect before one is sent. */
import {
  type Account,
  applyEnd,
  isAcknowledged,
  liveSessions,
  type TokenSession,
  whoAmI,
} from "./ledger.ts";
import {
  logInByCookie,
  logInByToken,
  newPassword,
  type Person,
  signUp,
  type Soak,
} from "./person.ts";
import { settle, settleSignup } from "./settle.ts";

/** Live sessions of an account. More would make the checks of a round slower, and prove no more. */
const SESSIONS_AT_MOST = 6;
const DEAD_SESSIONS_KEPT = 6;

interface Operation {
  /** Frequency relative to the other operations. */
  readonly weight: number;
  /** Answers false if the account has nothing for it, such as a live session. */
  run(soak: Soak, person: Person, account: Account): Promise<boolean>;
}

/** Operations that hash a password are rare here: they wait for each other, and the others would hardly get a turn. */
const operations: readonly Operation[] = [
  { weight: 2, run: (soak, _, account) => logIn(soak, account, logInByCookie) },
  { weight: 2, run: (soak, _, account) => logIn(soak, account, logInByToken) },
  { weight: 8, run: lookAround },
  { weight: 30, run: refresh },
  { weight: 2, run: logOut },
  { weight: 1, run: logInAgain },
  { weight: 2, run: revokeToken },
  { weight: 2, run: revokeSession },
  { weight: 1, run: revokeOthers },
  { weight: 1, run: changePassword },
  { weight: 2, run: forgetPassword },
  { weight: 2, run: resetPassword },
  { weight: 0.3, run: moveOut },
];
const totalWeight = operations.reduce((sum, { weight }) => sum + weight, 0);

/** Runs one random operation, or first settles one without an answer. */
export async function act(soak: Soak, person: Person): Promise<void> {
  if (person.pendingSignup) return settleSignup(soak, person);
  const { account } = person;
  if (account === undefined) return signUp(soak, person);
  if (account.pending) return settle(soak, account);
  let place = person.random.next() * totalWeight;
  const chosen = operations.find(({ weight }) => (place -= weight) < 0);
  if (!(await chosen?.run(soak, person, account))) await logIn(soak, account, logInByToken);
  account.sessions = [
    ...account.sessions.filter(({ isLive }) => !isLive).slice(-DEAD_SESSIONS_KEPT),
    ...liveSessions(account),
  ];
}

async function logIn(
  soak: Soak,
  account: Account,
  by: (soak: Soak, account: Account) => Promise<void>,
): Promise<boolean> {
  if (liveSessions(account).length < SESSIONS_AT_MOST) await by(soak, account);
  return true;
}

async function lookAround(soak: Soak, { random }: Person, account: Account): Promise<boolean> {
  const session = random.pick(liveSessions(account));
  if (session === undefined) return false;
  isAcknowledged(soak.ledger, `a live ${session.kind} session`, await whoAmI(session), 200);
  return true;
}

async function refresh(soak: Soak, { random }: Person, account: Account): Promise<boolean> {
  const session = random.pick(liveTokens(account));
  if (session === undefined) return false;
  account.pending = { operation: "refresh", session, sentAt: Date.now() };
  await settle(soak, account);
  return true;
}

function liveTokens(account: Account): TokenSession[] {
  return liveSessions(account).filter((session) => session.kind === "token");
}

async function logOut(soak: Soak, { random }: Person, account: Account): Promise<boolean> {
  const session = random.pick(liveSessions(account).filter((each) => each.kind === "cookie"));
  if (session === undefined) return false;
  account.pending = { operation: "logout", ends: [session] };
  const result = await session.api.logout();
  if (isAcknowledged(soak.ledger, "logout", result, 204, ["logout"])) applyEnd(account);
  return true;
}

/** Logs in with the cookies of a live session, which must end (LG-03). */
async function logInAgain(soak: Soak, { random }: Person, account: Account): Promise<boolean> {
  const session = random.pick(liveSessions(account).filter((each) => each.kind === "cookie"));
  if (session === undefined) return false;
  const before = await session.api.listMySessions({});
  const id = before.ok ? before.data.items.find(({ current }) => current)?.id : undefined;
  if (id === undefined) return true;
  account.pending = { operation: "login in place of a session", ends: [session] };
  const { email, password } = account;
  const result = await session.api.login({ email, password });
  const events = ["login_success", "session_revoked"];
  if (!isAcknowledged(soak.ledger, "login again", result, 200, events)) return true;
  // The jar has the cookies of the new session. The id of the old one must not be listed any more.
  account.pending = undefined;
  const after = await session.api.listMySessions({});
  if (after.ok && after.data.items.some((listed) => listed.id === id))
    soak.ledger.losses.push("a login left the session it replaced");
  return true;
}

async function revokeToken(soak: Soak, { random }: Person, account: Account): Promise<boolean> {
  const session = random.pick(liveTokens(account));
  if (session === undefined) return false;
  account.pending = { operation: "token revocation", ends: [session] };
  const result = await session.api.tokenRevoke({ token: session.refreshToken });
  if (isAcknowledged(soak.ledger, "token revocation", result, 204, ["token_revoked"]))
    applyEnd(account);
  return true;
}

async function revokeSession(soak: Soak, { random }: Person, account: Account): Promise<boolean> {
  const target = random.pick(liveTokens(account));
  const asker = random.pick(liveSessions(account).filter((session) => session !== target));
  if (target === undefined || asker === undefined) return false;
  account.pending = { operation: "session revocation", ends: [target] };
  const result = await asker.api.revokeMySession({ sessionId: target.id });
  if (isAcknowledged(soak.ledger, "session revocation", result, 204, ["session_revoked"]))
    applyEnd(account);
  return true;
}

async function revokeOthers(soak: Soak, { random }: Person, account: Account): Promise<boolean> {
  const asker = random.pick(liveSessions(account));
  if (asker === undefined) return false;
  const ends = liveSessions(account).filter((session) => session !== asker);
  account.pending = { operation: "revocation of all others", ends };
  const result = await asker.api.revokeMyOtherSessions();
  const events = ends.length > 0 ? ["session_revoked"] : [];
  if (isAcknowledged(soak.ledger, "revocation of all others", result, 204, events))
    applyEnd(account);
  return true;
}

async function changePassword(soak: Soak, person: Person, account: Account): Promise<boolean> {
  const asker = person.random.pick(liveSessions(account));
  if (asker === undefined) return false;
  const next = newPassword(person);
  const ends = liveSessions(account).filter((session) => session !== asker);
  account.pending = { operation: "password change", ends, newPassword: next };
  if (account.reset) account.reset.isCertain = false;
  const passwords = { currentPassword: account.password, newPassword: next };
  const result = await asker.api.changePassword(passwords);
  if (isAcknowledged(soak.ledger, "password change", result, 204, ["password_changed"]))
    applyEnd(account);
  return true;
}

async function forgetPassword(soak: Soak, _: Person, account: Account): Promise<boolean> {
  const { email } = account;
  if (account.reset) account.reset.isCertain = false;
  const sentAt = Date.now();
  const { api } = account.sessions[0] ?? {};
  const result = await api?.forgotPassword({ email });
  if (result === undefined) return false;
  if (!isAcknowledged(soak.ledger, "forgot", result, 202, ["reset_token_created"])) return true;
  account.reset = { sentAt, answeredAt: Date.now(), isCertain: true };
  soak.ledger.dueMails.push({ ...account.reset, email });
  return true;
}

async function resetPassword(soak: Soak, person: Person, account: Account): Promise<boolean> {
  const { reset, email, sessions } = account;
  const mail = reset && soak.mailbox.find(email, reset.sentAt, reset.answeredAt);
  const { api } = sessions[0] ?? {};
  if (reset === undefined || mail === undefined || api === undefined) return false;
  const next = newPassword(person);
  account.pending = { operation: "reset", ends: liveSessions(account), newPassword: next };
  const result = await api.resetPassword({ token: mail.token, newPassword: next });
  if (!reset.isCertain && result.status === 400) {
    account.pending = undefined;
    account.reset = undefined;
  } else if (isAcknowledged(soak.ledger, "reset", result, 204, ["password_reset"]))
    applyEnd(account);
  return true;
}

async function moveOut(soak: Soak, person: Person): Promise<boolean> {
  await signUp(soak, person);
  return true;
}
