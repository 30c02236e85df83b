/** Topics that are timed: the storage's statements, on accounts, sessions and events drawn at random. */
import { randomUUID } from "node:crypto";
import { SESSION_COOKIE } from "../../src/contract/cookies.ts";
import type { Ask, Storage } from "./requests.ts";
import * as rows from "./rows.ts";

/** Draws a whole number, at least 0 and below the limit. */
export type Draw = (limit: number) => number;

export interface Topic {
  readonly title: string;
  /** False if it is shown without being judged; docs/growth.md says why it grows. */
  readonly isJudged: boolean;
  /** Number of rows each call must find at least: an empty answer would be fast for the wrong reason. */
  readonly finds: number;
  /** Draws the account or row to ask for. Only the returned call is timed; it answers how many rows it found. */
  prepare(users: number, draw: Draw): (storage: Storage, ask: Ask) => Promise<number>;
}

const PAGE = 20;
/** How many are asked beside each other, where PostgreSQL makes one statement of them. */
const AT_ONCE = 32;
const LIMITS = { now: rows.NOW, idleSince: rows.BEGIN };

export const topics: readonly Topic[] = [
  topic("login: account by e-mail", 1, (users, draw) => {
    const { email } = rows.userAt(draw(users), users);
    return async (storage) => found(await storage.users.findByEmail(email));
  }),
  topic("me: GET /me by cookie, answered", 1, (users, draw) => {
    const index = evenBelow(rows.countSessions(users), draw);
    const cookie = `${SESSION_COOKIE}=${rows.cookieSecret(index)}`;
    const now = rows.sessionAt(index, users).createdAt + rows.SEEN_AFTER_MS; // just seen: nothing to write
    return async (_, ask) => Number((await ask("/me", cookie, now)).status === 200);
  }),
  unjudged("me: its statement alone, by cookie", 1, (users, draw) => {
    const index = evenBelow(rows.countSessions(users), draw);
    const secretHash = rows.digest(rows.cookieSecret(index));
    return async (storage) => found(await storage.sessions.findBySecretHash(secretHash));
  }),
  unjudged("token me: its statement alone, by id", 1, (users, draw) => {
    const { id } = rows.sessionAt(draw(rows.countSessions(users)), users);
    return async (storage) => found(await storage.sessions.find(id));
  }),
  topic("refresh: read, and advance the counter", 1, (users, draw) => {
    const { id } = rows.sessionAt(evenBelow(rows.countSessions(users), draw) + 1, users);
    return async (storage) => {
      const state = await storage.sessions.findRefreshState(id);
      if (state === undefined) return 0;
      return Number(
        await storage.sessions.advanceRefreshCounter(id, state.refreshCounter, rows.NOW),
      );
    };
  }),
  topic(`me: ${AT_ONCE} lookups at once, by cookie and by id`, 2 * AT_ONCE, (users, draw) => {
    const drawn = Array.from({ length: AT_ONCE }, () => evenBelow(rows.countSessions(users), draw));
    const hashes = drawn.map((index) => rows.digest(rows.cookieSecret(index)));
    const ids = drawn.map((index) => rows.sessionAt(index, users).id);
    return async ({ sessions }) => {
      const all = await Promise.all([
        ...hashes.map((hash) => sessions.findBySecretHash(hash)),
        ...ids.map((id) => sessions.find(id)),
      ]);
      return all.filter((row) => row !== undefined).length;
    };
  }),
  topic(`refresh: ${AT_ONCE} at once, with a limit and their events`, AT_ONCE, (users, draw) => {
    const ids = Array.from({ length: AT_ONCE }, () => {
      return rows.sessionAt(evenBelow(rows.countSessions(users), draw) + 1, users).id;
    });
    const distinct = [...new Set(ids)];
    const address = rows.digest(String(draw(1e9)));
    return async ({ limits, sessions }) => {
      const refreshed = distinct.map(async (id) => {
        const taking = { keyHash: address, pace: { intervalMs: 1, burstMs: 1000 } };
        const [state] = await Promise.all([
          sessions.findRefreshState(id),
          limits.takeInOrder([taking], rows.NOW),
        ]);
        const recorded = { id: randomUUID(), event: rows.newcomer(0).event };
        await sessions.touch(id, rows.NOW);
        return sessions.rotate(id, state?.refreshCounter ?? -1, rows.NOW, recorded);
      });
      const rotated = (await Promise.all(refreshed)).filter(Boolean).length;
      return rotated + ids.length - distinct.length;
    };
  }),
  topic("signup: account and event", 1, (_, draw) => {
    const { user, event } = rows.newcomer(draw(1e9));
    return undone(async (stores) => {
      const isNew = await stores.users.insert(user, "v1$2b$12$hash");
      await stores.events.insert(user.id, event);
      return Number(isNew);
    });
  }),
  topic("own sessions", 2, (users, draw) => {
    const { userId } = rows.sessionAt(draw(rows.countSessions(users)), users);
    return async (storage) => (await storage.sessions.list(userId, LIMITS, PAGE, undefined)).length;
  }),

  users("users: page 1", PAGE, () => ({})),
  users("users: from the middle", PAGE, (size) => ({ after: middle(size) })),
  users("users: by e-mail, 40 match", PAGE, () => ({ emailPrefix: rows.TEAM_PREFIX })),
  users("users: by e-mail, 40 match, page 2", PAGE - 1, (size) => ({
    emailPrefix: rows.TEAM_PREFIX,
    after: size / 2 + 7,
  })),
  users("users: by e-mail, 1 matches", 1, (size, draw) => ({
    emailPrefix: rows.userAt(draw(size), size).email,
  })),
  users("users: by e-mail, 40 match, role and enabled", PAGE, () => ({
    emailPrefix: rows.TEAM_PREFIX,
    role: "user",
    disabled: false,
  })),
  users("users: role admin", PAGE, () => ({ role: "admin" })),
  users("users: role user, from the middle", PAGE, (size) => ({
    role: "user",
    after: middle(size),
  })),
  users("users: disabled", PAGE, () => ({ disabled: true })),
  users("users: enabled, from the middle", PAGE, (size) => ({
    disabled: false,
    after: middle(size),
  })),
  users("users: role user, disabled", PAGE, () => ({ role: "user", disabled: true })),
  users("users: role admin, disabled: none", 0, () => ({ role: "admin", disabled: true })),
  {
    ...users("users: by e-mail, 1 in 26 matches", PAGE, () => ({
      emailPrefix: rows.SHARED_PREFIX,
    })),
    isJudged: false,
  },

  events("events: newest page", PAGE, () => ({})),
  events("events: from the middle", PAGE, (size) => ({ before: middleEvent(size) })),
  events("events: a year, from its middle", PAGE, (size) => ({
    since: rows.BEGIN,
    until: rows.NOW,
    before: middleEvent(size),
  })),
  events("events: of an account", rows.EVENTS_PER_USER, (size, draw) => ({
    userId: rows.userAt(draw(size), size).id,
  })),
  events("events: of a kind, frequent", PAGE, () => ({ event: "login_failed" })),
  events("events: of a kind, from the middle", PAGE, (size) => ({
    event: "login_failed",
    before: middleEvent(size),
  })),
  events("events: of a kind, rare", PAGE, () => ({ event: "user_updated" })),
  events("events: of an account and a kind", 0, (size, draw) => ({
    userId: rows.userAt(draw(size), size).id,
    event: "login_failed",
  })),

  topic("outbox: claim of the next mail", 1, () =>
    undone(async (stores) => found(await stores.mails.claimDue(rows.NOW, rows.NOW + 60_000))),
  ),
  topic("cleaning: 20 sessions", 20, (users) => {
    const { expiresAt } = rows.sessionAt(19, users);
    return undone((stores) => stores.sessions.deleteExpired(expiresAt, rows.BEGIN, 500));
  }),
  topic("cleaning: 20 idle sessions", 20, (users) => {
    const { createdAt } = rows.sessionAt(38, users); // the twentieth of a cookie
    const idleSince = createdAt + rows.SEEN_AFTER_MS;
    return undone((stores) => stores.sessions.deleteExpired(rows.NOW, idleSince, 500));
  }),
  topic("cleaning: 20 devices", 20, (users) => {
    const { expiresAt } = rows.sessionAt(19, users);
    return undone((stores) => stores.devices.deleteExpired(expiresAt, 500));
  }),
  topic("cleaning: 20 limits", 20, (users) => {
    const paidAt = rows.limitPaidAt(19, users);
    return undone((stores) => stores.limits.deletePaid(paidAt, 500));
  }),
  topic("cleaning: 100 old events", 100, () =>
    undone((stores) => stores.events.deleteBefore(rows.NOW, 100)),
  ),
];

function topic(title: string, finds: number, prepare: Topic["prepare"]): Topic {
  return { title, isJudged: true, finds, prepare };
}

function unjudged(title: string, finds: number, prepare: Topic["prepare"]): Topic {
  return { ...topic(title, finds, prepare), isJudged: false };
}

type UserQuery = Parameters<Storage["users"]["list"]>[0] & { readonly after?: number };

function users(
  title: string,
  finds: number,
  choose: (users: number, draw: Draw) => UserQuery,
): Topic {
  return topic(title, finds, (size, draw) => {
    const { after, ...filter } = choose(size, draw);
    const afterId = after === undefined ? undefined : rows.userAt(after, size).id;
    return async (storage) => (await storage.users.list(filter, PAGE, afterId)).length;
  });
}

type EventQuery = Parameters<Storage["events"]["list"]>[0] & { readonly before?: number };

function events(
  title: string,
  finds: number,
  choose: (users: number, draw: Draw) => EventQuery,
): Topic {
  return topic(title, finds, (size, draw) => {
    const { before, ...filter } = choose(size, draw);
    const position = before === undefined ? undefined : rows.eventAt(before, size);
    return async (storage) => (await storage.events.list(filter, PAGE, position)).length;
  });
}

/** Rolls back the changes of `work`, so that each call finds the same database. */
function undone(work: (stores: Stores) => Promise<number>) {
  return async (storage: Storage): Promise<number> => {
    let count = 0;
    try {
      await storage.transaction(async (stores) => {
        count = await work(stores);
        throw new Undone();
      });
    } catch (error) {
      if (!(error instanceof Undone)) throw error;
    }
    return count;
  };
}

type Stores = Parameters<Parameters<Storage["transaction"]>[0]>[0];

class Undone extends Error {
  override readonly name = "Undone";
}

/** Number of the account in the middle: among a million, the one before page 25,001. */
function middle(size: number): number {
  return size / 2;
}

function middleEvent(size: number): number {
  return rows.countEvents(size) / 2;
}

function evenBelow(limit: number, draw: Draw): number {
  return 2 * draw(limit / 2);
}

function found(row: unknown): number {
  return row === undefined ? 0 : 1;
}
