/**
 * How SQLite finds what is asked for: by its shape alone, for it is given no statistics. What it must
 * never do is read the many to find the few. How long that takes, `npm run bench:growth` says.
 */
import { DatabaseSync } from "node:sqlite";
import { CompiledQuery, type RootOperationNode } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { talliedEvents } from "../../src/contract/events.ts";
import type { EventFilter } from "../../src/domain/ports/event-store.ts";
import type { Storage } from "../../src/domain/ports/storage.ts";
import type { LockedFilter, LockPosition, UserFilter } from "../../src/domain/ports/users.ts";
import { openDatabase } from "../../src/storage/engine/open-database.ts";
import { defaultPool } from "../../src/storage/engine/pool.ts";
import { createStorage, openStorage } from "../../src/storage/storage.ts";
import { createPostgres, createSqlite } from "../support/databases.ts";

const file = createSqlite();
let storage: Storage;
let queries: RootOperationNode[];
let planOf: (node: RootOperationNode) => string;

beforeEach(async () => {
  await (await openStorage(file.target)).close();
  const database = await openDatabase(file.target, defaultPool);
  queries = [];
  const db = database.db.withPlugin({
    transformQuery({ node }) {
      queries.push(node);
      return node;
    },
    transformResult: async ({ result }) => result,
  });
  storage = createStorage({ ...database, db });
  planOf = (node) => {
    const { sql, parameters } = db.getExecutor().compileQuery(node, { queryId: "plan" });
    const connection = new DatabaseSync(file.path);
    const bound = parameters.map((value) => (typeof value === "number" ? value : String(value)));
    const steps = connection.prepare(`explain query plan ${sql}`).all(...bound);
    connection.close();
    return steps.map(({ detail }) => String(detail)).join("; ");
  };
});
afterEach(async () => {
  await storage.close();
  await file.remove();
});

async function plansOf(work: () => Promise<unknown>): Promise<string[]> {
  queries = [];
  await work();
  return queries.map(planOf);
}

const position = { id: "x", timestamp: 5 };

describe("a page of accounts on SQLite", () => {
  it.each<[UserFilter, string]>([
    [{}, "sqlite_autoindex_users_1 (id>?)"],
    [{ role: "admin" }, "users_role_id (role=? AND id>?)"],
    [{ emailVerified: false }, "users_email_verified_id (email_verified=? AND id>?)"],
    [{ disabled: true }, "users_disabled_id (disabled=? AND id>?)"],
    [{ role: "user", disabled: true }, "users_role_disabled_id (role=? AND disabled=? AND id>?)"],
  ])("with %j begins where the last one ended, and sorts nothing", async (filter, index) => {
    const plans = await plansOf(() => storage.users.list(filter, 20, "x"));
    expect(plans).toEqual([`SEARCH users USING INDEX ${index}`]);
  });

  it.each<UserFilter>([
    { emailPrefix: "ada" },
    { emailPrefix: "ada", role: "user" },
    { emailPrefix: "ada", disabled: false },
    { emailPrefix: "ada", role: "user", disabled: false },
  ])("with %j reads only the addresses that match", async (filter) => {
    for (const afterId of [undefined, "x"]) {
      const [isBroad, plan] = await plansOf(() => storage.users.list(filter, 20, afterId));
      expect(isBroad).toBe("SEARCH users USING COVERING INDEX users_email (email>? AND email<?)");
      expect(plan).toContain("users USING INDEX users_email (email>? AND email<?)");
    }
  });

  it("with a prefix that thousands share reads them in order, and sorts nothing", async () => {
    const connection = new DatabaseSync(file.path);
    connection.exec(`with recursive n(i) as (select 1 union all select i + 1 from n where i < 2000)
      insert into users (id, email, password_hash, role, disabled, created_at)
      select printf('%06d', i), 'ada.' || i, 'x', 'user', 0, i from n`);
    connection.close();
    const listed = (filter: UserFilter) => plansOf(() => storage.users.list(filter, 20, "000900"));
    expect((await listed({ emailPrefix: "ada." }))[1]).toBe(
      "SEARCH users USING INDEX sqlite_autoindex_users_1 (id>?)",
    );
    expect((await listed({ emailPrefix: "ada.", role: "admin" }))[1]).toBe(
      "SEARCH users USING INDEX users_role_id (role=? AND id>?)",
    );
    const ids = async (emailPrefix: string) =>
      (await storage.users.list({ emailPrefix }, 3, "000900")).map(({ id }) => id);
    expect(await ids("ada.")).toEqual(["000901", "000902", "000903"]);
    expect(await ids("ada.9")).toEqual(["000901", "000902", "000903"]);
  });
});

describe("a page of locked accounts on SQLite", () => {
  it.each<Partial<LockedFilter>>([
    {},
    { role: "admin" },
    { disabled: false },
    { emailPrefix: "ada", role: "user", disabled: true },
  ])("with %j begins where the last one ended, and sorts nothing", async (filter) => {
    const page = (after: LockPosition | undefined) =>
      plansOf(() => storage.users.listLocked({ ...filter, lockedAt: 5 }, 20, after));
    const index = "SEARCH users USING INDEX users_locked (locked_until>?";
    expect(await page(undefined)).toEqual([`${index})`]);
    const from = { lockedUntil: 9, id: "x" };
    expect(await page(from)).toEqual([`${index} AND (locked_until,id)<(?,?))`]);
  });

  it("and the list without them takes the index it takes with them", async () => {
    const list = (filter: UserFilter) => plansOf(() => storage.users.list(filter, 20, "x"));
    for (const filter of [{}, { role: "admin" }, { disabled: true }] satisfies UserFilter[])
      expect(await list({ ...filter, unlockedAt: 5 })).toEqual(await list(filter));
  });
});

describe("a page of events on SQLite", () => {
  it.each<[EventFilter, string]>([
    [{}, "events_timestamp ("],
    [{ event: "logout" }, "events_event (event=? AND "],
    [{ userId: "u" }, "events_user (user_id=? AND "],
    [{ userId: "u", event: "logout" }, "events_user (user_id=? AND "],
    [{ ip: "i" }, "events_ip (<expr>=? AND "],
    [{ ip: "i", event: "logout" }, "events_ip (<expr>=? AND "],
    [{ email: "e" }, "events_email (<expr>=? AND "],
    [{ email: "e", ip: "i", event: "logout" }, "events_email (<expr>=? AND "],
    [{ userId: "u", email: "e", ip: "i", event: "logout" }, "events_user (user_id=? AND "],
  ])("with %j begins where the last one ended, also within a period", async (filter, index) => {
    const end = "(timestamp,id)<(?,?))";
    const page = (more: EventFilter) =>
      plansOf(() => storage.events.list({ ...filter, ...more }, 20, position));
    expect(await page({})).toEqual([`SEARCH events USING INDEX ${index}${end}`]);
    expect(await page({ until: 9 })).toEqual([`SEARCH events USING INDEX ${index}${end}`]);
    const within = `SEARCH events USING INDEX ${index}timestamp>? AND ${end}`;
    expect(await page({ since: 1, until: 9 })).toEqual([within]);
  });
});

describe("an overview on SQLite", () => {
  it("counts each kind of event in the index alone, and reads the newest refusals from it", async () => {
    const [counting] = await plansOf(() => storage.events.tally(1, 9, 5));
    const index =
      "SEARCH events USING COVERING INDEX events_event (event=? AND timestamp>? AND timestamp<?)";
    expect(counting?.split(index)).toHaveLength(1 + Object.values(talliedEvents).flat().length);
    expect(counting).not.toMatch(/SCAN events|USE TEMP B-TREE/);
    const [busiest] = await plansOf(() => storage.events.findBusiest(1, 5));
    const newest = "SEARCH events USING INDEX events_event (event=? AND timestamp>?)";
    expect(busiest?.split(newest)).toHaveLength(1 + talliedEvents.refused.length);
    expect(busiest).not.toMatch(/SCAN events/);
  });
});

describe("a search for accounts on SQLite", () => {
  it.each<UserFilter>([
    { text: "ada" },
    { text: "ada", role: "user", disabled: false, emailVerified: true, unlockedAt: 5 },
    { text: "ada", emailPrefix: "ada" },
  ])("with %j reads a stretch of the accounts in their order, and no others", async (filter) => {
    const [end, found] = await plansOf(async () => {
      await storage.users.findIdAt(10_000, "x");
      await storage.users.search(filter, 20, "x", "y");
    });
    expect(end).toBe("SEARCH users USING COVERING INDEX sqlite_autoindex_users_1 (id>?)");
    expect(found).toBe("SEARCH users USING INDEX sqlite_autoindex_users_1 (id>? AND id<?)");
  });
});

/** A PostgreSQL database with what `fill` puts into it; `planOf` runs what `ask` asks, and answers the plans. */
async function onPostgres(
  fill: string,
  work: (
    plansOf: (ask: (stores: Storage) => Promise<unknown>) => Promise<string[]>,
  ) => Promise<void>,
) {
  const database = await createPostgres();
  const ofDatabase = await openDatabase(database.target, defaultPool);
  try {
    await (await openStorage(database.target)).close();
    await database.query(fill);
    await database.query("analyze");
    const asked: RootOperationNode[] = [];
    const db = ofDatabase.db.withPlugin({
      transformQuery({ node }) {
        asked.push(node);
        return node;
      },
      transformResult: async ({ result }) => result,
    });
    const stores = createStorage({ ...ofDatabase, db });
    await work(async (ask) => {
      asked.length = 0; // those that a store prepares
      await ask(stores);
      const plans = asked.map(async (node) => {
        const executor = ofDatabase.db.getExecutor();
        const { sql, parameters } = executor.compileQuery(node, { queryId: "plan" });
        const explain = CompiledQuery.raw(`explain (analyze) ${sql}`, [...parameters]);
        return JSON.stringify((await ofDatabase.db.executeQuery(explain)).rows);
      });
      return Promise.all(plans);
    });
  } finally {
    await ofDatabase.db.destroy();
    await database.remove();
  }
}

/** 20,000 events, of which every five thousandth is of one client and one address, and those between are many others'. */
const EVENTS = `insert into events (id, event, level, timestamp, user_id, body)
  select i::text, case when i % 2 = 0 then 'login_failed' else 'token_refreshed' end, 'info', i, null,
    json_build_object('ip', 'ip' || i % 5000, 'email', case when i % 2 = 0 then 'mail' || i % 5000 end)::text
  from generate_series(1, 20000) as i`;

it.each<[EventFilter, string]>([
  [{ ip: "ip10" }, "events_ip"],
  [{ email: "mail10" }, "events_email"],
])("a page of events on PostgreSQL with %j reads no others", async (filter, index) => {
  await onPostgres(EVENTS, async (plansOf) => {
    for (const before of [undefined, { id: "x", timestamp: 12_000 }]) {
      const [plan] = await plansOf(({ events }) => events.list(filter, 20, before));
      expect(plan).toContain(index);
      expect(plan).not.toMatch(/Removed by Filter|Seq Scan/);
    }
  });
});

/** 20,000 accounts that were locked once, of which a hundred still are. */
const LOCKED = `insert into users (id, email, role, disabled, created_at, locked_until)
  select i::text, i || '@example.com', 'user', 0, 1, case when i % 200 = 0 then 10000 else 1 end + i
  from generate_series(1, 20000) as i`;

it("a page of locked accounts on PostgreSQL reads none of those that were locked before", async () => {
  await onPostgres(LOCKED, async (plansOf) => {
    for (const after of [undefined, { id: "x", lockedUntil: 29_000 }]) {
      const list = ({ users }: Storage) => users.listLocked({ lockedAt: 20_001 }, 20, after);
      const [plan] = await plansOf(list);
      expect(plan).toContain("Scan Backward using users_locked");
      expect(plan).not.toMatch(/Removed by Filter|Sort|Seq Scan/);
    }
  });
});

describe("an account's events, as its owner lists them", () => {
  it("are found on SQLite without reading those for administrators between them", async () => {
    const end = "(timestamp,id)<(?,?))";
    const index = "SEARCH events USING INDEX events_owner (user_id=?";
    const plans = [
      ...(await plansOf(() => storage.events.listForOwner("u", 20, undefined))),
      ...(await plansOf(() => storage.events.listForOwner("u", 20, position))),
    ];
    expect(plans).toEqual([`${index})`, `${index} AND ${end}`]);
  });

  it("are found on PostgreSQL without reading those for administrators between them", async () => {
    const events = `insert into events (id, event, level, timestamp, user_id, body)
      select i::text, case when i % 5000 = 0 then 'logout' else 'token_refreshed' end, 'info', i, 'u', '{}'
      from generate_series(1, 20000) as i`;
    await onPostgres(events, async (plansOf) => {
      for (const before of [undefined, { id: "x", timestamp: 12_000 }]) {
        const plans = await plansOf((stores) => stores.events.listForOwner("u", 20, before));
        expect(plans).toEqual([expect.stringContaining("Scan Backward using events_owner")]);
        expect(plans[0]).not.toMatch(/Removed by Filter|Sort|Seq Scan/);
      }
    });
  });
});

it("the next mail is found without reading those that wait on SQLite", async () => {
  const [plan] = await plansOf(() => storage.mails.claimDue(1, 2));
  expect(plan).toContain("due USING INDEX mails_due (due_at<?)");
  expect(plan).not.toContain("TEMP B-TREE");
});

it("no challenge is read but those that are asked for on SQLite", async () => {
  const { challenges } = storage;
  const hash = new Uint8Array(32);
  const plans = [
    ...(await plansOf(() => challenges.countTry("signup", hash, 5, 1))),
    ...(await plansOf(() => challenges.findByHandle("signup", hash, 1))),
    ...(await plansOf(() => challenges.findByLink("signup", hash, 1))),
    ...(await plansOf(() => challenges.spend("signup", "x", 1))),
    ...(await plansOf(() => challenges.deleteAllOf("u"))),
    ...(await plansOf(() => challenges.deleteUndosAfter("u", "x"))),
    ...(await plansOf(() => challenges.deleteAbout("signup", "ada@example.com"))),
    ...(await plansOf(() => challenges.isReserved("ada@example.com", null, 1))),
  ];
  expect(plans.map((plan) => plan.match(/INDEX \w+ \([^)]+\)/)?.[0])).toEqual([
    "INDEX sqlite_autoindex_challenges_2 (handle_hash=?)",
    "INDEX sqlite_autoindex_challenges_2 (handle_hash=?)",
    "INDEX sqlite_autoindex_challenges_3 (link_hash=?)",
    "INDEX sqlite_autoindex_challenges_1 (id=?)",
    "INDEX challenges_user_purpose (user_id=?)",
    "INDEX challenges_user (user_id=?)",
    "INDEX challenges_subject (subject=? AND purpose=?)",
    "INDEX challenges_subject (subject=? AND purpose=?)",
  ]);
});

it("what is deleted is found by when it ended on SQLite", async () => {
  const plans = [
    ...(await plansOf(() => storage.sessions.deleteExpired(1, 1, 9))),
    ...(await plansOf(() => storage.devices.deleteExpired(1, 9))),
    ...(await plansOf(() => storage.limits.deletePaid(1, 9))),
    ...(await plansOf(() => storage.challenges.deleteExpired(1, 9))),
    ...(await plansOf(() => storage.mails.deleteFinishedBefore(1, 9))),
  ];
  expect(plans.map((plan) => plan.match(/INDEX (?!sqlite)\w+_\w+/g)?.join())).toEqual([
    "INDEX sessions_expires_at,INDEX sessions_idle,INDEX challenges_session",
    "INDEX devices_expires_at",
    "INDEX limits_paid_at",
    "INDEX challenges_expires",
    "INDEX mails_finished",
  ]);
});
