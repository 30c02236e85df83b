/** Statements for many units on PostgreSQL: each answers what the statement for one would, and fails as it would. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import pg from "pg";
import { uuidv7 } from "uuidv7";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { waitOf } from "../../src/domain/limits.ts";
import { StorageUnavailableError } from "../../src/domain/ports/storage.ts";
import type { Storage } from "../../src/domain/ports/storage.ts";
import { take } from "../../src/domain/gcra.ts";
import type { User } from "../../src/domain/ports/users.ts";
import { UNITS_PER_STATEMENT } from "../../src/storage/engine/gathering.ts";
import { openStorage } from "../../src/storage/storage.ts";
import { createPostgres, eachTestOpens, testOptions } from "../support/databases.ts";
import { NOW } from "../support/clock.ts";
import { waitFor } from "../support/wait-for.ts";
import { aCookieSession, aSignup, aTokenSession, aUser, EPOCH, HASH } from "../support/rows.ts";

const test = eachTestOpens(createPostgres);
afterEach(() => void vi.restoreAllMocks());

/** The statements that are sent from now on, by how they begin and end. */
function watchStatements() {
  const sent = vi.spyOn(pg.Client.prototype, "query");
  const texts = () =>
    sent.mock.calls.flatMap(([query]: readonly unknown[]) =>
      typeof query === "object" && query !== null && "text" in query ? [String(query.text)] : [],
    );
  return {
    /** For many units. */
    many: () => texts().filter((text) => text.includes("unnest(")),
    alone: () => texts().filter((text) => !text.includes("unnest(")),
  };
}

async function storedUsers(count: number): Promise<User[]> {
  const users = Array.from({ length: count }, () => aUser());
  await Promise.all(users.map((user) => test.storage.users.insert(user, HASH)));
  return users;
}

async function tokenSessions(count: number) {
  const users = await storedUsers(count);
  const sessions = users.map((user) => ({ user, ...aTokenSession(user) }));
  await Promise.all(sessions.map((session) => test.storage.sessions.insert(session, EPOCH)));
  return sessions.sort((one, other) => (one.id < other.id ? -1 : 1));
}

const recorded = (user: User, id = uuidv7()) => ({ id, event: aSignup(user) });

/** Opens a second storage on the database, as another process has one. */
async function openElsewhere(): Promise<Storage> {
  const storage = await openStorage(test.database.target, testOptions);
  onTestFinished(() => storage.close());
  return storage;
}

async function connectBeside(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: test.database.url });
  client.on("error", () => undefined);
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

describe("lookups that are asked together", () => {
  it("answer each its own row, and exactly what one that is asked alone answers", async () => {
    const users = await storedUsers(100);
    const odd = { userAgent: 'a "quoted" \\ {agent}, NULL', ip: "2001:db8::1" };
    const cookies = users.map((user) => aCookieSession(user, odd));
    const tokens = users.map((user) => aTokenSession(user));
    const { sessions } = test.storage;
    await Promise.all([...cookies, ...tokens].map((session) => sessions.insert(session, EPOCH)));
    const reproof = { now: NOW + 5, method: "otp", isSecondFactor: true } as const;
    for (const { id } of [...cookies, ...tokens].filter((_, at) => at % 7 === 0))
      await sessions.reauthenticate({ ...reproof, sessionId: id, secrets: undefined });
    // Known and unknown, some twice, in no order that the table has.
    const hashes = cookies.flatMap(({ secretHash }) => [secretHash, randomBytes(32), secretHash]);
    const ids = [...cookies, ...tokens].flatMap(({ id }) => [id, uuidv7()]).reverse();
    const askAll = (stores: Pick<Storage, "sessions">) =>
      Promise.all([
        Promise.all(hashes.map((hash) => stores.sessions.findBySecretHash(hash))),
        Promise.all(ids.map((id) => stores.sessions.find(id))),
        Promise.all(ids.map((id) => stores.sessions.findRefreshState(id))),
      ]);
    const statements = watchStatements();
    const together = await askAll(test.storage);
    expect(statements.alone()).toEqual([]);
    const statementsFor = (units: number) => Math.ceil(units / UNITS_PER_STATEMENT);
    expect(statements.many()).toHaveLength(
      statementsFor(hashes.length) + 2 * statementsFor(ids.length),
    );
    // In a transaction, each is a statement of its own.
    expect(together).toEqual(await test.storage.transaction(askAll));
    expect(together[0].map((found) => found?.session.id)).toEqual(
      cookies.flatMap(({ id }) => [id, undefined, id]),
    );
  });

  it("ST-24 fail alone where a value of one of them is refused", async () => {
    const [session] = await tokenSessions(1);
    const { sessions } = test.storage;
    const asked = [session?.id ?? "", "no\0text", uuidv7()].map((id) => sessions.find(id));
    const outcomes = await Promise.allSettled(asked);
    expect(outcomes[0]).toMatchObject({ value: { session: { id: session?.id } } });
    expect(outcomes[1]).toMatchObject({ reason: { code: "22021" } });
    expect(outcomes[2]).toMatchObject({ value: undefined });
  });

  it("inside of a transaction see what it has not committed, and are not mixed with others", async () => {
    const [user = aUser()] = await storedUsers(1);
    const session = aCookieSession(user);
    await test.storage.transaction(async (stores) => {
      await stores.sessions.insert(session, EPOCH);
      const [inside, outside] = await Promise.all([
        stores.sessions.findBySecretHash(session.secretHash),
        test.storage.sessions.findBySecretHash(session.secretHash),
      ]);
      expect([inside?.session.id, outside]).toEqual([session.id, undefined]);
    });
  });

  it("read no table from end to end, although their plans were made when it was empty", async () => {
    const { sessions, limits } = test.storage;
    const pace = { intervalMs: 1, burstMs: 1000 };
    /** On every connection that is kept for batches. */
    const askEverything = async (stored: readonly string[]) => {
      for (let round = 0; round < 8; round += 1)
        await Promise.all([
          ...stored.map((id) => sessions.find(id)),
          ...stored.map((id) => sessions.findRefreshState(id)),
          ...stored.map((id) => sessions.findBySecretHash(Buffer.from(id))),
          ...stored.map((id) => sessions.touch(id, NOW + 1_000_000)),
          ...stored.map((id) => sessions.rotate(id, 0, NOW, recorded(aUser()))),
          ...stored.map((id) =>
            limits.takeInOrder([{ keyHash: Buffer.from(id.slice(-2)), pace }], NOW),
          ),
        ]);
    };
    await askEverything([uuidv7(), uuidv7()]);
    await test.database
      .query(`insert into users (id, email, password_hash, role, disabled, created_at)
      select 'u' || n, n || '@example.com', 'x', 'user', 0, 0 from generate_series(1, 3000) n`);
    await test.database
      .query(`insert into sessions (id, user_id, kind, refresh_salt, created_at, last_seen_at,
      expires_at, ip, methods) select 's' || n, 'u' || n, 'token', '\\x00', 0, 0, 0, '', 'pwd'
      from generate_series(1, 3000) n`);
    await test.database.query(`insert into limits (key_hash, paid_at)
      select int8send(n), 0 from generate_series(1, 3000) n`);
    const scanned = async () => {
      const rows = await test.database.query(`select relname, seq_tup_read from pg_stat_user_tables
        where relname in ('sessions', 'users', 'limits') order by relname`);
      return rows.map((row) => Number(row["seq_tup_read"]));
    };
    const before = await scanned();
    const statements = watchStatements();
    await askEverything(["s1", "s1500", "s3000"]);
    expect(statements.many().length).toBeGreaterThan(20);
    await test.storage.close(); // its connections tell what they have read when they end
    await waitFor(async () => {
      const open = await test.database.query(
        "select pid from pg_stat_activity where application_name = 'portcullis' and datname = current_database()",
      );
      return open.length === 0 ? true : undefined;
    });
    const after = await scanned();
    // Three thousand rows for each statement, were it otherwise.
    for (const [at, rows] of after.entries()) expect(rows - (before[at] ?? 0)).toBeLessThan(3000);
  });
});

describe("changes that are asked together", () => {
  it("TK-13 LA-06 rotate each session once, and store the event of each that rotates", async () => {
    const sessions = await tokenSessions(150);
    const events = sessions.map(({ user }) => recorded(user));
    const statements = watchStatements();
    const rotate = (at: number, counter: number) => {
      const { id = "" } = sessions[at] ?? {};
      return test.storage.sessions.rotate(id, counter, NOW + at, events[at] ?? recorded(aUser()));
    };
    const rotated = await Promise.all(sessions.map((_, at) => rotate(at, 0)));
    expect(rotated.every(Boolean)).toBe(true);
    expect([statements.many().length, statements.alone()]).toEqual([2, []]);
    for (const [at, { id }] of sessions.entries())
      expect(await test.storage.sessions.findRefreshState(id)).toMatchObject({
        refreshCounter: 1,
        refreshRotatedAt: NOW + at,
        session: { lastSeenAt: NOW + at },
      });
    const stored = await test.database.query("select id, body, user_id from events order by id");
    const expected = events.map(({ id, event }) => ({
      ...{ id, body: JSON.stringify(event) },
      user_id: "userId" in event ? event.userId : null,
    }));
    expect(stored).toEqual(expected.sort((one, other) => (one.id < other.id ? -1 : 1)));
  });

  it("TK-13 of two for one session in one statement one rotates it, whatever others do", async () => {
    const sessions = await tokenSessions(20);
    const twice = [...sessions, ...sessions.toReversed()];
    const events = twice.map(({ user }) => recorded(user));
    const rotated = await Promise.all(
      twice.map(({ id, user }, at) =>
        test.storage.sessions.rotate(id, 0, NOW, events[at] ?? recorded(user)),
      ),
    );
    for (const [at] of sessions.entries())
      expect([rotated[at], rotated[twice.length - 1 - at]].filter(Boolean)).toHaveLength(1);
    const told = events.filter((_, at) => rotated[at]).map(({ id }) => id);
    const stored = await test.database.query("select id from events");
    expect(stored.map(({ id }) => id).sort()).toEqual(told.sort());
  });

  it("ST-24 LA-06 fail alone: one whose event cannot be stored leaves no change, the others hold", async () => {
    const sessions = await tokenSessions(10);
    const [{ user } = { user: aUser() }] = sessions;
    const taken = recorded(user);
    await test.storage.events.insert(taken.id, taken.event);
    const outcomes = await Promise.allSettled(
      sessions.map(({ id, user: owner }, at) =>
        test.storage.sessions.rotate(id, 0, NOW, at === 4 ? taken : recorded(owner)),
      ),
    );
    const failed = sessions[4]?.id ?? "";
    for (const [at, outcome] of outcomes.entries())
      expect(outcome.status === "rejected").toBe(at === 4);
    const moved = await test.database.query("select id from sessions where refresh_counter = 1");
    expect(moved.map(({ id }) => id).sort()).toEqual(
      sessions.map(({ id }) => id).filter((id) => id !== failed),
    );
    expect(await test.database.query("select id from events")).toHaveLength(10);
  });

  it("SE-06 touch each session with the latest of what is asked, never back", async () => {
    const sessions = await tokenSessions(30);
    const touches = [5, 90, 40].flatMap((later) =>
      sessions.map(({ id }, at) => ({ id, seenAt: NOW + later + at })),
    );
    const statements = watchStatements();
    await Promise.all(touches.map(({ id, seenAt }) => test.storage.sessions.touch(id, seenAt)));
    await Promise.all(sessions.map(({ id }) => test.storage.sessions.touch(id, NOW + 1)));
    expect([statements.many().length, statements.alone()]).toEqual([2, []]);
    for (const [at, { id }] of sessions.entries())
      expect((await test.storage.sessions.find(id))?.session.lastSeenAt).toBe(NOW + 90 + at);
  });

  it("ST-25 pass over a session that is locked: it alone waits, and then what it finds decides", async () => {
    const sessions = await tokenSessions(5);
    const [locked, ...others] = sessions;
    const beside = await connectBeside();
    await beside.query("begin");
    // Ended, and not yet committed.
    await beside.query("delete from sessions where id = $1", [locked?.id]);
    const statements = watchStatements();
    const rotate = ({ id, user }: (typeof sessions)[number]) =>
      test.storage.sessions.rotate(id, 0, NOW, recorded(user));
    const all = sessions.map(rotate);
    expect(await Promise.all(all.slice(1))).toEqual(others.map(() => true));
    const touched = sessions.map(({ id }) => test.storage.sessions.touch(id, NOW + 9));
    await Promise.all(touched.slice(1));
    await waitFor(() => (statements.alone().length === 2 ? true : undefined));
    await beside.query("commit");
    expect(await all[0]).toBe(false);
    await touched[0];
    expect(statements.alone()).toHaveLength(2);
    expect(await test.database.query("select id from events")).toHaveLength(4);
  });
});

describe("takings that are asked together", () => {
  /** 5 at once, then one in 12 seconds. */
  const pace = { intervalMs: 12_000, burstMs: 60_000 };
  const takeAt = (keyHash: Uint8Array, now: number, storage = test.storage) =>
    storage.limits.takeInOrder([{ keyHash, pace }], now);

  it("RL-22 are one statement, sums up to what the key has left, and then each is judged by itself", async () => {
    const keys = [3, 5, 8, 1].map((count) => ({ count, keyHash: randomBytes(32) }));
    const statements = watchStatements();
    const taken = await Promise.all(
      keys.flatMap(({ count, keyHash }) =>
        Array.from({ length: count }, () => takeAt(keyHash, NOW)),
      ),
    );
    expect(statements.many()).toHaveLength(1);
    // Eight at once are too many for a burst of five. Each is judged by itself, and the refused look how long to wait.
    expect(statements.alone()).toHaveLength(8 + 3);
    const waits = taken.map(({ result }) => result?.waitMs ?? 0);
    expect(waits.slice(0, 8)).toEqual(new Array(8).fill(0));
    expect(waits.slice(8, 16).sort()).toEqual([0, 0, 0, 0, 0, 12_000, 12_000, 12_000]);
    expect(waits[16]).toBe(0);
    for (const { count, keyHash } of keys)
      expect(await test.storage.limits.find(keyHash)).toEqual({
        paidAt: NOW + Math.min(count, 5) * 12_000,
        toldUntil: 0,
      });
  });

  it("RL-22 RL-07 let through as many, and leave the key as full, as the rule does one after another", async () => {
    const keyHash = randomBytes(32);
    let paidAt = 0;
    let now = NOW;
    for (const [count, passedMs] of [
      [2, 0],
      [1, 1],
      [4, 11_998],
      [6, 30_000],
      [5, 60_000],
      [1, 0],
      [7, 200_000],
    ] as const) {
      now += passedMs;
      let allowed = 0;
      for (let one = 0; one < count; one += 1) {
        const next = take(paidAt, pace, now);
        if (next.waitMs === 0) [paidAt, allowed] = [next.paidAt, allowed + 1];
      }
      const taken = await Promise.all(Array.from({ length: count }, () => takeAt(keyHash, now)));
      expect(taken.filter(({ result }) => result === undefined)).toHaveLength(allowed);
      const found = await test.storage.limits.find(keyHash);
      expect(found?.paidAt).toBe(paidAt);
      expect(waitOf(pace, found?.paidAt ?? 0, now)).toBeLessThanOrEqual(pace.intervalMs);
    }
  });

  it("RL-22 RL-02 by two processes, each of some moment of its own, let through exactly the burst", async () => {
    const elsewhere = await openElsewhere();
    for (let round = 0; round < 20; round += 1) {
      const keyHash = randomBytes(32);
      const taken = await Promise.all(
        Array.from({ length: 40 }, (_, at) =>
          takeAt(keyHash, NOW + (at % 3), at % 2 ? elsewhere : test.storage),
        ),
      );
      expect(taken.filter(({ result }) => result === undefined)).toHaveLength(5);
      const found = await test.storage.limits.find(keyHash);
      expect(found?.paidAt).toBeGreaterThanOrEqual(NOW + 60_000);
      expect(found?.paidAt).toBeLessThanOrEqual(NOW + 60_002);
    }
  });

  it("a refusal writes nothing, also beside one that is let through", async () => {
    const [full, free] = [randomBytes(32), randomBytes(32)];
    for (let count = 0; count < 5; count += 1) await takeAt(full, NOW);
    const rowOf = `select xmin, xmax, paid_at from limits where key_hash = '\\x${full.toString("hex")}'`;
    const before = await test.database.query(rowOf);
    const taken = await Promise.all([takeAt(full, NOW), takeAt(free, NOW)]);
    expect(taken.map(({ result }) => result?.waitMs)).toEqual([12_000, undefined]);
    expect(await test.database.query(rowOf)).toEqual(before);
  });

  it("ST-25 of two processes that take from the same keys, in whatever order, none waits for the other for ever", async () => {
    const beside = await connectBeside();
    await beside.query(`alter database ${new URL(test.database.url).pathname.slice(1)}
      set deadlock_timeout = '5ms'`);
    onTestFinished(async () => {
      await beside.query(
        `alter database ${new URL(test.database.url).pathname.slice(1)} reset all`,
      );
    });
    const deadlocks = async () => {
      const [row] = await test.database.query(
        "select deadlocks from pg_stat_database where datname = current_database()",
      );
      return Number(row?.["deadlocks"]);
    };
    const before = await deadlocks();
    const [one, other] = [await openElsewhere(), await openElsewhere()];
    const keys = Array.from({ length: 60 }, () => randomBytes(32));
    const generous = { intervalMs: 1, burstMs: 1_000_000 };
    const takeAll = async (storage: Storage, order: readonly Uint8Array[]) => {
      const takings = order.map((keyHash) =>
        storage.limits.takeInOrder([{ keyHash, pace: generous }], NOW),
      );
      for (const { result } of await Promise.all(takings)) expect(result).toBeUndefined();
    };
    for (let round = 0; round < 60; round += 1)
      await Promise.all([takeAll(one, keys), takeAll(other, keys.toReversed())]);
    for (const storage of [one, other]) await storage.close(); // connections tell of deadlocks when they end
    expect(await deadlocks()).toBe(before);
    expect(await test.database.query("select distinct paid_at - 0 as n from limits")).toEqual([
      { n: NOW + 120 },
    ]);
  });
});

describe("a connection that is cut", () => {
  /** Ends the connection of the first batch that waits for a lock, before it gives up waiting. */
  const cutOne = (client: pg.Client) =>
    client.query(`do $$ declare stuck int; begin
      for turn in 1..10000 loop
        perform pg_stat_clear_snapshot();
        select pid into stuck from pg_stat_activity where wait_event_type = 'Lock'
          and datname = current_database() and query like '%unnest(%' limit 1;
        exit when stuck is not null and pg_terminate_backend(stuck);
        perform pg_sleep(0.002);
      end loop;
    end $$`);

  it("ST-12 costs those whose statement was under way, and nobody else", async () => {
    const sessions = await tokenSessions(20);
    const ids = sessions.map(({ id }) => id);
    await Promise.all(ids.map((id) => test.storage.sessions.find(id)));
    const [beside, cutter] = [await connectBeside(), await connectBeside()];
    await beside.query("begin; lock table sessions in access exclusive mode");
    const cuts = cutOne(cutter);
    const lookups = await Promise.allSettled(ids.map((id) => test.storage.sessions.find(id)));
    await cuts;
    const again = cutOne(cutter);
    const rotations = await Promise.allSettled(
      sessions.map(({ id, user }) => test.storage.sessions.rotate(id, 0, NOW, recorded(user))),
    );
    await again;
    await beside.query("rollback");
    for (const outcome of [...lookups, ...rotations])
      expect(outcome).toMatchObject({ reason: { name: "StorageUnavailableError", code: "57P01" } });
    expect(await test.database.query("select id from events")).toEqual([]);
    const found = await Promise.all(ids.map((id) => test.storage.sessions.findRefreshState(id)));
    expect(found.map((state) => state?.refreshCounter)).toEqual(ids.map(() => 0));
  });
});

describe("a connection that answers nothing any more", () => {
  it("ST-07 is waited for as long as for a connection of the pool: then those whose turn never came are told", async () => {
    const url = new URL(test.database.url);
    const [client, held] = await startHolding(url);
    const storage = await openStorage(
      { kind: "postgres", url: client },
      { ...testOptions, connectTimeoutSeconds: 1, statementTimeoutSeconds: 10 },
    );
    onTestFinished(() => storage.close());
    const find = () => storage.sessions.find(uuidv7());
    await Promise.all([find(), storage.sessions.findBySecretHash(new Uint8Array(32))]);
    held.isHolding = true;
    const startedAt = performance.now();
    const underWay = [find()];
    await new Promise((resolve) => setTimeout(resolve, 100));
    underWay.push(find());
    await new Promise((resolve) => setTimeout(resolve, 100));
    await expect(find()).rejects.toMatchObject({
      name: "StorageUnavailableError",
      code: "CONNECTION_LOST",
    });
    const waitedMs = performance.now() - startedAt;
    expect(waitedMs).toBeGreaterThan(1_000);
    expect(waitedMs).toBeLessThan(3_000);
    held.release();
    expect(await Promise.all(underWay)).toEqual([undefined, undefined]);
    expect(await find()).toBeUndefined();
  });

  /** Passes everything on, but for what the database answers while it is held. */
  async function startHolding(url: URL) {
    const waiting: (() => void)[] = [];
    const held = {
      isHolding: false,
      release() {
        held.isHolding = false;
        for (const pass of waiting.splice(0)) pass();
      },
    };
    const server = createServer((socket) => {
      const postgres = connect(Number(url.port), url.hostname);
      socket.on("error", () => postgres.destroy()).pipe(postgres);
      postgres.on("error", () => socket.destroy()).on("close", () => socket.destroy());
      postgres.on("data", (chunk) => {
        if (held.isHolding) waiting.push(() => socket.write(chunk));
        else socket.write(chunk);
      });
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    onTestFinished(() => void server.close());
    const through = new URL(url);
    through.port = String((server.address() as AddressInfo).port); // as it listens on a port
    return [through.href, held] as const;
  }
});

describe("closing", () => {
  it("ST-13 waits for what was asked, answers it, and takes no more", async () => {
    const sessions = await tokenSessions(200);
    const { storage } = test;
    const rotations = Promise.all(
      sessions.map(({ id, user }) => storage.sessions.rotate(id, 0, NOW, recorded(user))),
    );
    const lookups = Promise.all(sessions.map(({ id }) => storage.sessions.find(id)));
    const closing = storage.close();
    const late = storage.sessions.find(sessions[0]?.id ?? "");
    await expect(late).rejects.toThrow(StorageUnavailableError);
    expect(await rotations).toEqual(sessions.map(() => true));
    expect((await lookups).map((found) => found?.session.id)).toEqual(sessions.map(({ id }) => id));
    await closing;
    await expect(storage.limits.takeInOrder([], NOW)).rejects.toThrow(StorageUnavailableError);
    expect(await test.database.query("select id from events")).toHaveLength(200);
  });
});

describe("the connections for batches", () => {
  const opened = async () =>
    Number(
      (
        await test.database.query(`select count(*) as n from pg_stat_activity
          where application_name = 'portcullis' and datname = current_database()`)
      )[0]?.["n"],
    );

  it.each([
    ["are of the pool's size", 8, 4],
    ["are none in a small pool, where each statement goes by itself", 7, 0],
  ])("%s", async (_, poolSize, kept) => {
    const sessions = await tokenSessions(40);
    await test.storage.close();
    const storage = await openStorage(test.database.target, { ...testOptions, poolSize });
    onTestFinished(() => storage.close());
    const statements = watchStatements();
    for (let round = 0; round < 5; round += 1)
      await Promise.all(
        sessions.flatMap(({ id, user, refreshSalt }) => [
          storage.sessions.find(id),
          storage.sessions.findRefreshState(id),
          storage.sessions.findBySecretHash(refreshSalt),
          storage.users.find(user.id),
        ]),
      );
    expect(statements.many().length > 0).toBe(kept > 0);
    const { size = 0, idle } = storage.poolState() ?? {};
    expect([idle, size]).toEqual([await opened(), await opened()]);
    expect(size).toBeLessThanOrEqual(poolSize);
    expect(size).toBeGreaterThanOrEqual(poolSize - kept);
  });
});
