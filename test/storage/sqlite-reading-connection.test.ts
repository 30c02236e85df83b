/** The reading kept open beside the connection changes nothing: neither rows read, nor rows written, nor the log. */
import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { NewSession } from "../../src/domain/ports/sessions.ts";
import type { Storage, Stores } from "../../src/domain/ports/storage.ts";
import { openStorage } from "../../src/storage/storage.ts";
import { waitFor } from "../support/wait-for.ts";
import { createSqlite } from "../support/databases.ts";
import { aTokenSession, aUser, EPOCH, HASH } from "../support/rows.ts";

let database: ReturnType<typeof createSqlite>;
let storage: Storage;
let session: NewSession;
const user = aUser();
beforeEach(async () => {
  database = createSqlite();
  storage = await openStorage(database.target);
  session = aTokenSession(user);
  await storage.users.insert(user, HASH);
  await storage.sessions.insert(session, EPOCH);
});
afterEach(async () => {
  await storage.close();
  await database.remove();
});
/** By the way every request reads, which keeps a reading open. */
const read = () => storage.sessions.find(session.id);

it("SE-12 what anybody committed is in the very next reading", async () => {
  const another = new DatabaseSync(database.path);
  const seen = another.prepare("update sessions set last_seen_at = ? where id = ?");
  for (let at = 1; at <= 50; at += 1) {
    await read();
    seen.run(at, session.id);
    expect((await read())?.session.lastSeenAt).toBe(at);
  }
  await storage.sessions.touch(session.id, 100);
  expect((await read())?.session.lastSeenAt).toBe(100);
  another.exec("delete from sessions");
  expect(await read()).toBeUndefined();
  another.close();
});

/** Some 50 pages, of the 1,000 after which the log is folded in and begun anew. */
const large = () => aTokenSession(user, { userAgent: "x".repeat(200_000) });
const LOG_MAX_BYTES = 8_000_000;

it.each<[string, (work: (stores: Stores) => Promise<unknown>) => Promise<unknown>]>([
  ["transactions", (work) => storage.transaction(work)],
  ["single statements", (work) => work(storage)],
])("the log stays short while readings and %s take turns", async (_, change) => {
  for (let count = 0; count < 100; count += 1) {
    expect(await read()).toBeDefined();
    await change((stores) => stores.sessions.insert(large(), EPOCH));
  }
  expect(statSync(`${database.path}-wal`).size).toBeLessThan(LOG_MAX_BYTES);
});

it("a reading is kept, which other processes see", async () => {
  const another = new DatabaseSync(database.path);
  const fold = another.prepare("pragma wal_checkpoint(truncate)");
  await waitFor(async () => {
    await storage.sessions.touch(session.id, Date.now()); // so that there is a log to be read
    await read();
    return fold.get()?.["busy"] === 1 ? true : undefined;
  });
  another.close();
});

it("another process can fold the log in soon after a reading", async () => {
  const another = new DatabaseSync(database.path);
  const fold = another.prepare("pragma wal_checkpoint(truncate)");
  expect(await read()).toBeDefined();
  await waitFor(() => (fold.get()?.["busy"] === 0 ? true : undefined));
  expect(statSync(`${database.path}-wal`).size).toBe(0);
  another.close();
});
