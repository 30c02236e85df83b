/** After a restart: what was acknowledged is held against the server, fact by fact. */
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
import { isAlive, logsIn, settle, settleNewborn } from "./settle.ts";

/** How likely a token session is spent on proving that its used tokens are still known as used. */
const REUSE_SHARE = 0.15;
/** Between the two clocks of a grace that is over: rounding, and nothing else. Milliseconds. */
const CLOCK_MARGIN_MS = 50;
const PAGE = 100;

/** The account in use, and one of those that were left; in the end all of them, passwords included. */
export async function provePerson(soak: Soak, person: Person, isLast: boolean): Promise<void> {
  await settleNewborn(soak, person);
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
    ledger.losses.push(`${account.pending.what}: what became of it cannot be found out`);
    return;
  }
  for (const session of account.sessions) {
    const due = session.isLive ? "lives" : "is dead";
    const what = `a ${session.kind} session that ${due} by what was acknowledged`;
    prove(ledger, what, (await isAlive(session)) === session.isLive);
    if (session.kind !== "token") continue;
    if (!session.isLive) await proveDead(ledger, session);
    else if (random.next() < REUSE_SHARE) await proveReuse(soak, session);
    else await proveSuccessor(soak, account, session);
  }
  if (!account.isPasswordUnproven && !isLast) return;
  if (account.formerPassword !== undefined)
    prove(
      ledger,
      "a former password",
      (await logsIn(soak, account, account.formerPassword)) === false,
    );
  prove(ledger, "the password", (await logsIn(soak, account, account.password)) === true);
  account.isPasswordUnproven = false;
}

/** Its refresh token is the one that is good now: nothing of the last exchange was lost. */
async function proveSuccessor(soak: Soak, account: Account, session: TokenSession): Promise<void> {
  account.pending = { what: "refresh", session, sentAt: Date.now() };
  await settle(soak, account);
  prove(soak.ledger, "the successor of an exchanged refresh token", isSettled(account));
}

function isSettled({ pending }: Account): boolean {
  return pending === undefined;
}

async function proveDead(ledger: Ledger, session: TokenSession): Promise<void> {
  const { status } = await session.api.tokenRefresh({ refreshToken: session.refreshToken });
  prove(ledger, "the refresh token of a session that has ended", status === 401);
}

/** TK-12, TK-17: a token exchanged before the kill is known as used, and ends all of its session. */
async function proveReuse(
  { baseUrl, ledger, graceMs }: Soak,
  session: TokenSession,
): Promise<void> {
  const { api, exchanged, refreshToken } = session;
  const isOver = (at: number) => Date.now() - at > graceMs + CLOCK_MARGIN_MS;
  // Any but the last is past the grace by being older than one that was exchanged.
  const used = exchanged.findLast(
    ({ answeredAt }, index) => index < exchanged.length - 1 || isOver(answeredAt),
  );
  if (used === undefined) return;
  // A store of its own, so that an answer there must not be would not hide what the session has.
  const thief = createClient({ baseUrl, tokens: memoryTokens() });
  const reused = await thief.tokenRefresh({ refreshToken: used.token });
  const events = ["refresh_token_reuse", "session_revoked"];
  isAcknowledged(ledger, "a refresh token used before", reused, 401, events);
  session.isLive = false;
  prove(ledger, "the access token of a stolen session", (await isAlive(session)) === false);
  const last = await api.tokenRefresh({ refreshToken });
  prove(ledger, "the successor of a token used twice", last.status === 401);
}

/** Every acknowledged event since `since` is in the list an administrator reads. */
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
  for (const { requestId, event, what } of due)
    prove(
      ledger,
      `the event ${event} of an acknowledged ${what}`,
      listed.has(`${requestId} ${event}`),
    );
}

async function listEvents(admin: Client, since: number): Promise<Set<string>> {
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
