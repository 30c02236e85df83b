/** The lists over HTTP: each filter narrows, each page goes on where the last one ended, no cursor is made or moved. */
import type { PagedOperationId } from "@portcullis/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import type { OperationDescription } from "../../src/contract/operation.ts";
import { operations } from "../../src/contract/operations.ts";
import { INSTANT_RULE } from "../../src/contract/values.ts";
import { ADMIN, PASSWORD } from "../support/credentials.ts";
import {
  type InProcessServer,
  type Login,
  startInProcessServer,
} from "../support/in-process-server.ts";
import { codeOf } from "../support/sound-answer.ts";

const Page = z.object({
  items: z.array(z.record(z.string(), z.unknown())),
  nextCursor: z.union([z.string(), z.null()]),
});
type Item = Record<string, unknown>;

const all: readonly OperationDescription[] = Object.values(operations);
const lists = all.filter(({ request }) => Object.hasOwn(request.query?.shape ?? {}, "cursor"));

let server: InProcessServer;
let admin: Login;
let ada: Login & { email: string };
let grace: Login & { email: string };
beforeAll(async () => {
  server = await startInProcessServer({ LOCKOUT_THRESHOLD: "1" });
  admin = await server.login(ADMIN);
  ada = await server.newLogin();
  const disabled = await server.newLogin();
  grace = await server.newLogin();
  for (const password of [PASSWORD, PASSWORD, "not the password"])
    await server.post("/login", { email: grace.email, password }); // three sessions, and then a lock
  const headers = { cookie: admin.cookie, "x-csrf-token": admin.csrfToken };
  const json = { ...headers, "content-type": "application/json" };
  await server.send("PATCH", `/users/${disabled.userId}`, json, '{"disabled":true}');
  await server.send("POST", `/users/${ada.userId}/unlock`, headers);
  await server.login(ADMIN); // so that the administrator has three sessions
  await server.login(ADMIN);
});
afterAll(() => server.stop());

/** Sessions are listed of an account that is not the administrator's own. */
const pathOf = (path: string) => path.replace("{userId}", grace.userId);

async function page(path: string, query: Record<string, string> = {}) {
  const where = `${pathOf(path)}?${new URLSearchParams(query).toString()}`;
  const answer = await server.send("GET", where, { cookie: admin.cookie });
  expect([where, answer.status]).toEqual([where, 200]);
  return Page.parse(JSON.parse(answer.body));
}
const itemsOf = async (path: string, query?: Record<string, string>) =>
  (await page(path, { limit: "100", ...query })).items;

/** Of every filter: a value that some items match and some do not, and which do. */
type Filters = Record<string, (items: Item[]) => [value: string, matches: (item: Item) => boolean]>;
const middle = (items: Item[]) => String(items[Math.floor(items.length / 2)]?.["timestamp"]);
/** A list without an entry does not compile. */
const filters: Record<PagedOperationId, Filters> = {
  listUsers: {
    email: () => [ada.email.toUpperCase(), ({ email }) => email === ada.email],
    q: () => [ada.email.slice(2, -3).toUpperCase(), ({ email }) => email === ada.email],
    role: () => ["admin", ({ role }) => role === "admin"],
    disabled: () => ["true", ({ disabled }) => disabled === true],
    emailVerified: () => ["true", ({ emailVerified }) => emailVerified === true],
    locked: () => ["true", ({ email }) => email === grace.email],
  },
  listEvents: {
    event: () => ["login_success", ({ event }) => event === "login_success"],
    userId: () => [ada.userId, ({ userId }) => userId === ada.userId],
    ip: () => ["::FFFF:127.0.0.1", ({ ip }) => ip === "127.0.0.1"],
    email: () => [` ${ada.email.toUpperCase()} `, ({ email }) => email === ada.email],
    since: (items) => [middle(items), ({ timestamp }) => String(timestamp) >= middle(items)],
    until: (items) => [middle(items), ({ timestamp }) => String(timestamp) < middle(items)],
  },
  listUserSessions: {},
  listMySessions: {},
  listMyEvents: {},
};

describe.each(lists)("$operationId", ({ operationId, path, request }) => {
  test("each of its filters shows what matches, and nothing else", async () => {
    const declared = Object.keys(request.query?.shape ?? {}).sort();
    const ofThis: Filters = Object.entries(filters).find(([id]) => id === operationId)?.[1] ?? {};
    const known = Object.keys(ofThis);
    expect([...known, "cursor", "limit"].sort()).toEqual(declared);
    const items = await itemsOf(path);
    for (const [name, caseOf] of Object.entries(ofThis)) {
      const [value, matches] = caseOf(items);
      const matching = items.filter(matches);
      expect(matching.length).toBeGreaterThan(0);
      expect(matching.length).toBeLessThan(items.length);
      expect([name, await itemsOf(path, { [name]: value })]).toEqual([name, matching]);
    }
  });

  test("its pages are as long as was asked for, and together are the list", async () => {
    const items = await itemsOf(path);
    const found: Item[] = [];
    let cursor: string | null | undefined;
    do {
      const part = await page(path, { limit: "2", ...(cursor && { cursor }) });
      expect(part.items.length).toBe(Math.min(2, items.length - found.length));
      found.push(...part.items);
      cursor = part.nextCursor;
    } while (cursor !== null);
    expect(found).toEqual(items);
    expect(items.length).toBeGreaterThan(2);
  });

  test("a cursor that another list gave, or that was altered, is refused and named", async () => {
    for (const other of lists) {
      const { nextCursor } = await page(other.path, { limit: "1" });
      if (nextCursor === null) throw new Error("The list has no second page");
      const last = nextCursor.at(-1) === "A" ? "B" : "A";
      const altered = [nextCursor.slice(0, -1) + last, nextCursor.slice(4), `${nextCursor}AAAA`];
      const foreign = other.path === path ? altered : [nextCursor, ...altered];
      for (const cursor of foreign) {
        const where = `${pathOf(path)}?cursor=${cursor}`;
        const answer = await server.send("GET", where, { cookie: admin.cookie });
        expect(codeOf(answer)).toBe("400 validation_failed");
        const { issues } = JSON.parse(answer.body) as { issues: unknown };
        expect(issues).toMatchObject([{ part: "query", path: ["cursor"], code: "invalid_cursor" }]);
      }
    }
  });
});

test("SE-07 of the own sessions the one that asks is current, by cookie and by token", async () => {
  const credentials = { email: ada.email, password: PASSWORD };
  const another = await server.login(credentials);
  const authorization = `Bearer ${await server.bearer(credentials)}`;
  const asked = { cookie: [{ cookie: another.cookie }, 1], token: [{ authorization }, 2] } as const;
  for (const [kind, [headers, place]] of Object.entries(asked)) {
    const { items } = Page.parse(
      JSON.parse((await server.send("GET", "/me/sessions", headers)).body),
    );
    expect(items.map((item) => item["kind"])).toEqual(["cookie", "cookie", "token"]);
    const current = items.filter((item) => item["current"]);
    expect(current).toEqual([items[place]]);
    expect(current).toMatchObject([{ kind, ip: "127.0.0.1", userAgent: null }]);
  }
});

describe("an instant in a query", () => {
  const eventsSince = (since: string) =>
    server.send("GET", `/events?limit=100&since=${since}`, { cookie: admin.cookie });

  test("selects the same events in every spelling of RFC 3339", async () => {
    const items = await itemsOf("/events");
    const timestamp = middle(items);
    const later = items.filter((item) => String(item["timestamp"]) >= timestamp);
    const local = new Date(Date.parse(timestamp) + 7_200_000).toISOString().slice(0, -1);
    const spellings = [
      timestamp,
      timestamp.toLowerCase(),
      timestamp.replace("Z", "999Z"), // the digits after milliseconds are cut off
      timestamp.replace("Z", "-00:00"),
      `${local}%2B02:00`,
    ];
    for (const spelling of spellings) {
      const answer = await eventsSince(spelling);
      expect([spelling, answer.status]).toEqual([spelling, 200]);
      expect(Page.parse(JSON.parse(answer.body)).items).toEqual(later);
    }
    const wholeSecond = await eventsSince(timestamp.replace(/\.[0-9]+/, ""));
    expect(Page.parse(JSON.parse(wholeSecond.body)).items).toEqual(
      expect.arrayContaining(later) as unknown,
    );
  });

  test.each([
    "2026-02-30T10:06:00Z",
    "2026-11-23T24:00:00Z",
    "2026-11-23T10:06:00%2B25:00",
    "2026-11-23T10:06:00+02:00",
  ])("%s is refused, and the refusal says the rule", async (spelling) => {
    const answer = await eventsSince(spelling);
    expect(codeOf(answer)).toBe("400 validation_failed");
    expect(JSON.parse(answer.body)).toMatchObject({
      issues: [{ part: "query", path: ["since"], message: INSTANT_RULE }],
    });
  });
});
