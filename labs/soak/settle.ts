/**
 * Settles operations without an answer: finds out by other requests whether they happened, and records
 * that in the ledger.
 */
import {
  type Account,
  applyEnd,
  isAcknowledged,
  type KnownSession,
  type Pending,
  prove,
  whoAmI,
} from "./ledger.ts";
import { cookieClient, type Person, type Soak, switchAccount } from "./person.ts";

type PendingRefresh = Extract<Pending, { session: unknown }>;
type PendingEnd = Exclude<Pending, PendingRefresh>;

/** Settles the account's pending operation. It stays pending if these requests get no answer either. */
export async function settle(soak: Soak, account: Account): Promise<void> {
  const { pending } = account;
  if (pending === undefined) return;
  if ("session" in pending) await settleRefresh(soak, account, pending);
  else await settleEnd(soak, account, pending);
}

/**
 * Sends the refresh token, possibly for the second time. Within the grace the answer is its successor,
 * whether or not the first request reached the database (TK-14). After the grace the server may rightly
 * take it for a theft; the session is then dropped from the ledger.
 */
async function settleRefresh(
  { ledger, graceMs }: Soak,
  account: Account,
  { session, sentAt }: PendingRefresh,
): Promise<void> {
  const { refreshToken } = session;
  const result = await session.api.tokenRefresh({ refreshToken });
  const answeredAt = Date.now();
  if (result.status === 401 && answeredAt - sentAt > graceMs) {
    account.pending = undefined;
    account.sessions = account.sessions.filter((each) => each !== session);
    return;
  }
  const isAnswered = result.status !== 0 && result.status !== 503;
  if (isAnswered) account.pending = undefined;
  if (!isAcknowledged(ledger, "refresh", result, 200, ["token_refreshed"]) || !result.ok) return;
  session.rotated.push({ token: refreshToken, answeredAt });
  session.refreshToken = result.data.refreshToken;
}

/** Checks that the operation happened as a whole or not at all: all sessions and the password must agree. */
async function settleEnd(soak: Soak, account: Account, pending: PendingEnd): Promise<void> {
  const { operation, ends, newPassword } = pending;
  const lives = await Promise.all(ends.map(isAlive));
  const passwords =
    newPassword === undefined
      ? []
      : [await logsIn(soak, account, account.password), await logsIn(soak, account, newPassword)];
  if ([...lives, ...passwords].includes(undefined)) return;

  const [isFormerGood, isNewGood] = passwords;
  const happened = isNewGood ?? lives.includes(false);
  const isWhole = isFormerGood !== isNewGood || newPassword === undefined;
  const doAgree = lives.every((isLive) => isLive !== happened);
  prove(
    soak.ledger,
    `${operation} without an answer happened as a whole or not at all`,
    isWhole && doAgree,
  );
  if (happened) applyEnd(account);
  else account.pending = undefined;
}

/** Signs up once more. Whether the answer is 201 or 409, the account exists then, and a login must succeed. */
export async function settleSignup(soak: Soak, person: Person): Promise<void> {
  const { pendingSignup } = person;
  if (pendingSignup === undefined) return;
  const result = await cookieClient(soak).signup(pendingSignup);
  if (result.status === 0 || result.status === 503) return;
  const login = await cookieClient(soak).login(pendingSignup);
  if (login.status === 0 || login.status === 503) return;
  prove(soak.ledger, "a signup without an answer leaves an account that can log in", login.ok);
  if (login.status === 200) switchAccount(person, pendingSignup, login.data.user.id);
  else person.pendingSignup = undefined;
}

/** Tells whether the session lives. Undefined without an answer. */
export async function isAlive(session: KnownSession): Promise<boolean | undefined> {
  const { status } = await whoAmI(session);
  return status === 200 ? true : status === 401 ? false : undefined;
}

/** Tells whether the password is accepted, by a client of its own, so that no session of the ledger ends. Undefined without an answer. */
export async function logsIn(
  soak: Soak,
  { email }: Account,
  password: string,
): Promise<boolean | undefined> {
  const { status } = await cookieClient(soak).login({ email, password });
  return status === 200 ? true : status === 401 ? false : undefined;
}
