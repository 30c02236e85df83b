import { setTimeout as sleep } from "node:timers/promises";
import { uuidv7 } from "uuidv7";
import { describe, expect, it } from "vitest";
import { StorageUnavailableError } from "../../src/domain/ports/storage.ts";
import { openStorage } from "../../src/storage/storage.ts";
import { retryOnBusyMachine } from "../support/retry-on-busy-machine.ts";
import { databases, eachTestOpens } from "../support/databases.ts";
import { aCookieSession, aSignup, aUser, EPOCH, HASH, MIGRATED } from "../support/rows.ts";

/** Two seconds of waiting, and what a loaded machine adds. */
const BUSY_BOUND_MS = 3_000;

describe.each(databases)("storage on $name", ({ create }) => {
  const test = eachTestOpens(create);

  async function countOf(table: string): Promise<unknown> {
    const [row] = await test.database.query(`select count(*) as n from ${table}`);
    return row?.["n"];
  }

  it("ST-03 a transaction answers what its work answers, and all of it holds", async () => {
    const user = aUser();
    const session = aCookieSession(user);
    const answer = await test.storage.transaction(async (stores) => {
      await stores.users.insert(user, HASH);
      await stores.sessions.insert(session, EPOCH);
      return (await stores.sessions.find(session.id))?.user.id; // sees its own writes
    });
    expect(answer).toBe(user.id);
    expect([await countOf("users"), await countOf("sessions")]).toEqual([1, 1]);
  });

  it("ST-03 a transaction that fails leaves nothing, and the next one works", async () => {
    const [user, other] = [aUser(), aUser()];
    const failing = test.storage.transaction(async (stores) => {
      await stores.users.insert(user, HASH);
      await stores.sessions.insert(aCookieSession(user), EPOCH);
      await stores.users.insert({ ...other, id: user.id }, HASH); // an id that exists: a bug
    });
    await expect(failing).rejects.toThrow(/unique/i);
    expect([await countOf("users"), await countOf("sessions")]).toEqual([0, 0]);
    await test.storage.transaction((stores) => stores.users.insert(other, HASH));
    expect(await countOf("users")).toBe(1);
  });

  it("ST-03 what a transaction has not committed is seen by nobody else", async () => {
    const user = aUser();
    let outside: Promise<unknown> | undefined;
    const failing = test.storage.transaction(async (stores) => {
      await stores.users.insert(user, HASH);
      outside = test.storage.users.find(user.id); // asked now, answered when the transaction is over
      await sleep(20);
      throw new Error("changed my mind");
    });
    await expect(failing).rejects.toThrow("changed my mind");
    expect(await outside).toBeUndefined();
  });

  it(
    "ST-07 a database locked by another connection gives StorageUnavailableError within the bound and nothing half-written",
    retryOnBusyMachine,
    async () => {
      const [user, session] = [aUser(), aCookieSession(aUser())];
      await test.storage.users.insert(user, HASH);
      const unlock = await test.database.lock();
      const startedAt = performance.now();
      const outcomes = await Promise.allSettled([
        test.storage.users.insert(aUser(), HASH),
        test.storage.sessions.delete(session.id),
        test.storage.transaction(async (stores) => {
          await stores.users.insert(aUser(), HASH);
          await stores.events.insert(uuidv7(), aSignup(user));
        }),
      ]);
      const elapsedMs = performance.now() - startedAt;
      await unlock();
      for (const outcome of outcomes) {
        expect(outcome).toMatchObject({ reason: expect.any(StorageUnavailableError) });
      }
      expect(elapsedMs).toBeGreaterThan(1_500);
      expect(elapsedMs).toBeLessThan(BUSY_BOUND_MS);
      expect([await countOf("users"), await countOf("events")]).toEqual([1, 0]);
    },
  );

  it("ST-07 a lock that goes away in time costs nothing but time, and work runs once", async () => {
    const unlock = await test.database.lock();
    let runs = 0;
    const writing = Promise.all([
      test.storage.users.insert(aUser(), HASH),
      test.storage.transaction(async (stores) => {
        runs += 1;
        await stores.users.insert(aUser(), HASH);
      }),
    ]);
    await sleep(300);
    await unlock();
    await writing;
    expect([runs, await countOf("users")]).toEqual([1, 2]);
  });

  it(
    "ST-07 while many writers wait for a lock, reads are answered and the event loop turns",
    retryOnBusyMachine,
    async () => {
      const user = aUser();
      await test.storage.users.insert(user, HASH);
      const unlock = await test.database.lock();
      const writers = Array.from({ length: 20 }, () => test.storage.users.insert(aUser(), HASH));
      let slowestMs = 0;
      for (let read = 0; read < 20; read += 1) {
        const startedAt = performance.now();
        expect(await test.storage.users.find(user.id)).toEqual(user);
        await sleep(1);
        slowestMs = Math.max(slowestMs, performance.now() - startedAt);
        await sleep(20);
      }
      await unlock();
      expect(await Promise.all(writers)).toEqual(writers.map(() => true));
      // A reading that waited for the lock would wait until the end of this loop; a busy machine takes 200 ms.
      expect(slowestMs).toBeLessThan(1_000);
    },
  );

  it("ST-12 is writable", async () => {
    await test.storage.proveWritable();
  });

  it(
    "ST-12 is not writable while somebody else holds the lock, and is again afterwards",
    retryOnBusyMachine,
    async () => {
      const unlock = await test.database.lock();
      const startedAt = performance.now();
      await expect(test.storage.proveWritable()).rejects.toThrow(StorageUnavailableError);
      expect(performance.now() - startedAt).toBeLessThan(500);
      await unlock();
      await test.storage.proveWritable();
    },
  );

  it("ST-13 closing waits for a transaction that has begun, and what it wrote is there afterwards", async () => {
    const user = aUser();
    const working = test.storage.transaction(async (stores) => {
      await stores.users.insert(user, HASH);
      await sleep(50);
      return stores.sessions.insert(aCookieSession(user), EPOCH);
    });
    await sleep(10);
    await test.storage.close();
    expect(await working).toBe(true);
    const reopened = await openStorage(test.database.target);
    expect(await reopened.users.find(user.id)).toEqual(user);
    await reopened.close();
  });

  it("ST-13 closes once, however often it is asked; after that it is away", async () => {
    await Promise.all([test.storage.close(), test.storage.close()]);
    await test.storage.close();
    await expect(test.storage.proveWritable()).rejects.toThrow(StorageUnavailableError);
    await expect(test.storage.users.find(aUser().id)).rejects.toThrow(StorageUnavailableError);
    await expect(test.storage.transaction(async () => {})).rejects.toThrow(StorageUnavailableError);
  });

  it("ST-13 a write that waits for a lock when storage closes is told that it is away", async () => {
    const unlock = await test.database.lock();
    const outcome = expect(test.storage.users.insert(aUser(), HASH)).rejects.toThrow(
      StorageUnavailableError,
    );
    await sleep(50);
    await test.storage.close();
    await unlock();
    await outcome;
  });

  it("tells of each migration when it is applied, and of none on the next open", async () => {
    const database = await create();
    const lines: string[] = [];
    const onStep = (line: string) => void lines.push(line);
    await (await openStorage(database.target, { onStep })).close();
    expect(lines).toEqual(MIGRATED);
    await (await openStorage(database.target, { onStep })).close();
    expect(lines).toEqual(MIGRATED);
    await database.remove();
  });
});
