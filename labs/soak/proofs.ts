/** Checks after a restart that the server still has every acknowledged effect, fact by fact. */
import { type Client, createClient, memoryTokens } from "@portcullis/client";
import {
  type Account,
  type DueEvent,
  isAcknowledged,
  type Ledger,
  prove,
  type TokenSession,
} from "./ledger.ts";
import type { Person, Soak } from "./person.ts";
import { adminCredentials } from "./server.ts";
import { isAlive, logsIn, settle, settleSignup } from "./settle.ts";

/** Share of the token sessions that are spent on the check that a rotated token is still known as used. */
const REUSE_SHARE = 0.15;
/** Rounding between the client's and the server's clock when the grace ends. Milliseconds. */
const CLOCK_MARGIN_MS = 50;
const PAGE = 100;

/** Checks the account in use and one retired account; at the end all of them, with their passwords. */
export async function provePerson(soak: Soak, person: Person, isLast: boolean): Promise<void> {
  await settleSignup(soak, person);
  const { account, retired, random } = person;
  if (account) await settle(soak, account);
  const one = random.pick(retired);
  const others = isLast ? retired : one ? [one] : [];
  for (const each of account ? [account, ...others] : others) {
    if (each.pending) await settle(soak, each);
    await proveAccount(soak, person, each, isLast);
  }
}

async function proveAccount(
  soak: Soak,
  { random }: Person,
  account: Account,
  isLast: boolean,
): Promise<void> {
  const { ledger } = soak;
  if (account.pending) {
    ledger.losses.push(`${account.pending.operation}: its outcome cannot be found out`);
    return;
  }
  for (const session of account.sessions) {
    const state = session.isLive ? "lives" : "has ended";
    const fact = `a ${session.kind} session ${state}, as acknowledged`;
    prove(ledger, fact, await isAlive(session), session.isLive);
    if (session.kind !== "token") continue;
    if (!session.isLive) await proveEnded(ledger, session);
    else if (random.next() < REUSE_SHARE) await proveReuse(soak, session);
    else await proveSuccessor(soak, account, session);
  }
  if (!account.isPasswordUnproven && !isLast) return;
  const { formerPassword, password } = account;
  if (formerPassword !== undefined)
    prove(
      ledger,
      "a former password is refused",
      await logsIn(soak, account, formerPassword),
      false,
    );
  prove(ledger, "the password is accepted", await logsIn(soak, account, password));
  account.isPasswordUnproven = false;
}

/** Checks that the refresh token of the ledger is the current one: no rotation was lost. */
async function proveSuccessor(soak: Soak, account: Account, session: TokenSession): Promise<void> {
  account.pending = { operation: "refresh", session, sentAt: Date.now() };
  await settle(soak, account);
  prove(soak.ledger, "the successor of a rotated refresh token is accepted", isSettled(account));
}

function isSettled({ pending }: Account): boolean {
  return pending === undefined;
}

async function proveEnded(ledger: Ledger, session: TokenSession): Promise<void> {
  const { status } = await session.api.tokenRefresh({ refreshToken: session.refreshToken });
  prove(ledger, "the refresh token of a session that has ended is refused", status === 401);
}

/** Checks that a token rotated before the kill is known as used, and that its reuse ends the session (TK-12, TK-17). */
async function proveReuse(
  { baseUrl, ledger, graceMs }: Soak,
  session: TokenSession,
): Promise<void> {
  const { api, rotated, refreshToken } = session;
  const isOver = (at: number) => Date.now() - at > graceMs + CLOCK_MARGIN_MS;
  // The grace covers only the last rotated token.
  const used = rotated.findLast(
    ({ answeredAt }, index) => index < rotated.length - 1 || isOver(answeredAt),
  );
  if (used === undefined) return;
  // A client of its own, so that an answer which must not be cannot replace the tokens of the session.
  const thief = createClient({ baseUrl, tokens: memoryTokens() });
  const reused = await thief.tokenRefresh({ refreshToken: used.token });
  const events = ["refresh_token_reuse", "session_revoked"];
  isAcknowledged(ledger, "a refresh token used twice", reused, 401, events);
  session.isLive = false;
  prove(ledger, "the access token of a stolen session is refused", await isAlive(session), false);
  const last = await api.tokenRefresh({ refreshToken });
  prove(ledger, "the successor of a refresh token used twice is refused", last.status === 401);
}

/** Checks that every acknowledged event since `since` is in the list that an administrator reads. */
export async function proveEvents(
  { baseUrl, ledger }: Soak,
  due: readonly DueEvent[],
  since: number,
): Promise<void> {
  const admin = createClient({ baseUrl, tokens: memoryTokens() });
  const login = await admin.tokenLogin(adminCredentials);
  if (!login.ok) {
    ledger.losses.push(`the administrator cannot log in: ${login.status}`);
    return;
  }
  const listed = await listEvents(admin, since);
  for (const { requestId, event, operation } of due)
    prove(
      ledger,
      `the event ${event} of an acknowledged ${operation}`,
      listed.has(`${requestId} ${event}`),
    );
}

async function listEvents(admin: Client<"tokens">, since: number): Promise<Set<string>> {
  const listed = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await admin.listEvents({
      limit: PAGE,
      since: new Date(since).toISOString(),
      ...(cursor && { cursor }),
    });
    if (!page.ok) throw new Error(`listEvents answers ${page.status}`);
    for (const { requestId, event } of page.data.items) listed.add(`${requestId} ${event}`);
    cursor = page.data.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return listed;
}
