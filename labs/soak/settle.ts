/** What became of an operation without an answer: looked at from outside, and then held to. */
import {
  type Account,
  applyEnd,
  isAcknowledged,
  type KnownSession,
  type Pending,
  prove,
  whoAmI,
} from "./ledger.ts";
import { cookieClient, moveIn, type Person, type Soak } from "./person.ts";

type PendingRefresh = Extract<Pending, { session: unknown }>;
type PendingEnd = Exclude<Pending, PendingRefresh>;

/** Finds out what happened. Without an answer to that either, it stays pending. */
export async function settle(soak: Soak, account: Account): Promise<void> {
  const { pending } = account;
  if (pending === undefined) return;
  if ("session" in pending) await settleRefresh(soak, account, pending);
  else await settleEnd(soak, account, pending);
}

/**
 * Sends the token, again where it was sent before: whether or not that reached the database, within the
 * grace the answer is the successor (TK-14). Later it may be taken for a theft, and rightly so: then
 * nothing more can be known of the session.
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
  session.exchanged.push({ token: refreshToken, answeredAt });
  session.refreshToken = result.data.refreshToken;
}

/** All of it happened or nothing did: the sessions agree, and the password agrees with them. */
async function settleEnd(soak: Soak, account: Account, pending: PendingEnd): Promise<void> {
  const { what, ends, newPassword } = pending;
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
  prove(soak.ledger, `${what} without an answer: it happened by halves`, isWhole && doAgree);
  if (happened) applyEnd(account);
  else account.pending = undefined;
}

/** 409 where it happened; either way the address has its account then. */
export async function settleNewborn(soak: Soak, person: Person): Promise<void> {
  const { newborn } = person;
  if (newborn === undefined) return;
  const result = await cookieClient(soak).signup(newborn);
  if (result.status === 0 || result.status === 503) return;
  const login = await cookieClient(soak).login(newborn);
  if (login.status === 0 || login.status === 503) return;
  prove(soak.ledger, "a signup without an answer: its address is good for nothing", login.ok);
  if (login.ok) moveIn(person, newborn, login.data.user.id);
  else person.newborn = undefined;
}

/** Undefined where nobody answered. */
export async function isAlive(session: KnownSession): Promise<boolean | undefined> {
  const { status } = await whoAmI(session);
  return status === 200 ? true : status === 401 ? false : undefined;
}

/** With a client of its own, so that no session of the ledger ends. Undefined where nobody answered. */
export async function logsIn(
  soak: Soak,
  { email }: Account,
  password: string,
): Promise<boolean | undefined> {
  const { status } = await cookieClient(soak).login({ email, password });
  return status === 200 ? true : status === 401 ? false : undefined;
}
