/** Checks what was acknowledged against the rows themselves, past the server and its caches. */
import type { SoakDatabase } from "./database.ts";
import { type Account, type DueEvent, type Ledger, prove } from "./ledger.ts";
import type { Person } from "./person.ts";

/** Checks the rows of all accounts, of their token sessions, and of these events. Nobody may be at work meanwhile. */
export async function proveRows(
  ledger: Ledger,
  database: Pick<SoakDatabase, "rows">,
  people: readonly Person[],
  due: readonly DueEvent[],
): Promise<void> {
  const emails = await read(database, "select id, email as value from users");
  const counters = await read(
    database,
    "select id, refresh_counter as value from sessions where kind = 'token'",
  );
  const bodies = await read(database, "select id, body as value from events");
  const events = new Set([...bodies.values()].map(keyOf));
  for (const account of people.flatMap(accountsOf)) {
    prove(ledger, "the row of an account", emails.get(account.id) === account.email);
    if (account.pending) continue;
    for (const session of account.sessions) {
      if (session.kind !== "token") continue;
      const found = counters.get(session.id);
      const state = session.isLive ? "that lives is there" : "that has ended is gone";
      prove(ledger, `the row of a session ${state}`, found !== undefined, session.isLive);
      // Its refresh token is the row's counter, sealed: each acknowledged rotation has counted.
      if (session.isLive)
        prove(ledger, "a rotation is in its row", Number(found) >= session.rotated.length);
    }
  }
  for (const { requestId, event, operation } of due)
    prove(
      ledger,
      `the row of the event ${event} of an acknowledged ${operation}`,
      events.has(`${requestId} ${event}`),
    );
}

function accountsOf({ account, retired }: Person): Account[] {
  return account ? [...retired, account] : [...retired];
}

async function read(
  { rows }: Pick<SoakDatabase, "rows">,
  sql: string,
): Promise<ReadonlyMap<unknown, unknown>> {
  return new Map((await rows(sql)).map(({ id, value }) => [id, value]));
}

function keyOf(body: unknown): string {
  // The server wrote it by the event's published schema.
  const { requestId, event } = JSON.parse(String(body)) as Record<string, unknown>;
  return `${String(requestId)} ${String(event)}`;
}
