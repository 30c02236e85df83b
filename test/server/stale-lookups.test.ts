/**
 * Two processes on one PostgreSQL, whose lookups travel together all the time: a lookup that is asked after a session's
 * end was acknowledged never sees that session. One process is a server, the other one this.
 */
import { Agent, get } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SESSION_COOKIE } from "../../src/contract/cookies.ts";
import { hashSecret } from "../../src/domain/secrets.ts";
import type { Storage } from "../../src/domain/ports/storage.ts";
import { newId } from "../../src/platform/ids.ts";
import { openStorage } from "../../src/storage/storage.ts";
import { createPostgres, type TestDatabase, testOptions } from "../support/databases.ts";
import { aCookieSession, aUser, EPOCH, HASH } from "../support/rows.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";

const REVOCATIONS = 1_000;
/** Sessions that are looked up and ended beside each other. */
const AT_ONCE = 10;

let database: TestDatabase;
let server: ServerProcess;
let storage: Storage;
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
beforeAll(async () => {
  database = await createPostgres();
  // A busy machine makes it slow, and not wrong.
  const patient = { DATABASE_CONNECT_TIMEOUT: "60", DATABASE_STATEMENT_TIMEOUT: "60" };
  server = await startServerProcess({ environment: { DATABASE_URL: database.url, ...patient } });
  const patience = { connectTimeoutSeconds: 60, statementTimeoutSeconds: 60 };
  storage = await openStorage(database.target, { ...testOptions, ...patience });
});
afterAll(async () => {
  agent.destroy();
  await storage.close();
  await server.dispose();
  await database.remove();
});

interface Held {
  readonly secret: string;
  readonly secretHash: Uint8Array;
  readonly id: string;
}

async function storeSessions(count: number): Promise<Held[]> {
  const user = aUser();
  await storage.users.insert(user, HASH);
  const now = Date.now();
  const lasting = { createdAt: now, lastSeenAt: now, expiresAt: now + 86_400_000 };
  return Promise.all(
    Array.from({ length: count }, async () => {
      const id = newId(now);
      const secret = `${id}-of-a-test`.padEnd(43, "0").slice(0, 43);
      const held = { secret, secretHash: hashSecret(secret), id };
      await storage.sessions.insert({ ...aCookieSession(user, lasting), ...held }, EPOCH);
      return held;
    }),
  );
}

/** True where the server knows the session. */
function isKnownThere({ secret }: Held): Promise<boolean> {
  const headers = { cookie: `${SESSION_COOKIE}=${secret}` };
  const { port } = new URL(server.baseUrl);
  return new Promise((resolve, reject) => {
    get({ host: "127.0.0.1", port, path: "/me", headers, agent }, (answer) => {
      answer.resume().on("end", () => {
        if (answer.statusCode === 200 || answer.statusCode === 401)
          resolve(answer.statusCode === 200);
        else reject(new Error(`GET /me answered ${answer.statusCode}`));
      });
    }).on("error", reject);
  });
}

/** True where this process finds it, by either key. */
async function isKnownHere({ secretHash, id }: Held): Promise<boolean> {
  const found = await Promise.all([
    storage.sessions.findBySecretHash(secretHash),
    storage.sessions.find(id),
  ]);
  return found.some((row) => row !== undefined);
}

test(
  "SE-13 of 1,000 sessions that end amid their own lookups none is found by a lookup asked afterwards, in either process",
  { timeout: 180_000 },
  async () => {
    const held = await storeSessions(REVOCATIONS);
    let lookups = 0;
    const stale: string[] = [];

    /** Looks one session up without a pause, so that lookups of it are on their way when it ends. */
    async function keepLooking(session: Held, until: { ended: boolean }) {
      while (!until.ended) {
        await Promise.all([
          isKnownThere(session),
          isKnownHere(session),
          isKnownThere(session),
          isKnownHere(session),
        ]);
        lookups += 6;
      }
    }

    async function endOne(session: Held) {
      expect([await isKnownThere(session), await isKnownHere(session)]).toEqual([true, true]);
      const until = { ended: false };
      const looking = keepLooking(session, until);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
      expect(await storage.sessions.delete(session.id)).toBe(true);
      const [there, here] = await Promise.all([isKnownThere(session), isKnownHere(session)]);
      if (there || here) stale.push(`${session.id}${there ? " there" : ""}${here ? " here" : ""}`);
      until.ended = true;
      await looking;
    }

    const left = held.values();
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (const session of left) await endOne(session);
      }),
    );
    expect(stale).toEqual([]);
    expect(lookups).toBeGreaterThan(10 * REVOCATIONS);
  },
);
