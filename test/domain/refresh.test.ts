import { createHmac } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { decodeJwt } from "jose";
import { beforeEach, describe, expect, test } from "vitest";
import { KEY_NOTICE_MS } from "../../src/domain/keys.ts";
import { StorageUnavailableError } from "../../src/domain/ports/storage.ts";
import { findPresented, refresh, revokeToken } from "../../src/domain/refresh-tokens.ts";
import { deleteUser } from "../../src/domain/users.ts";
import type { User } from "../../src/domain/ports/users.ts";
import { openStorage } from "../../src/storage/storage.ts";
import { respell } from "../support/base64url.ts";
import {
  logInByCookie,
  logInByToken,
  roleByBearer,
  roleByCookie,
  sessionIds,
  storedEvents,
} from "../support/logins.ts";
import { NOW } from "../support/clock.ts";
import { type Domain, openDomain } from "../support/domain.ts";

const GRACE_MS = 10_000;
const LIFE_MS = 2_592_000_000;

let domain: Domain;
let user: User;
let first: Awaited<ReturnType<typeof logInByToken>>;
beforeEach(async () => {
  domain = await openDomain();
  user = await domain.newUser();
  first = await logInByToken(domain, user);
});

const use = (token: string, now = NOW) => refresh(domain.deps, domain.at(now), token);
async function next(token: string, now = NOW) {
  const pair = await use(token, now);
  if (pair === undefined) throw new Error("A good refresh token was refused");
  return pair;
}
const rows = () => domain.sql("SELECT * FROM sessions ORDER BY id");
const counterOf = (id = first.sessionId) =>
  domain.sql("SELECT refresh_counter FROM sessions WHERE id = ?", id)[0]?.["refresh_counter"];

/** A genuine MAC at any counter, as if the server had made the token. */
function tokenAt(counter: number, spelled = String(counter)): string {
  const [row] = domain.sql("SELECT refresh_salt FROM sessions WHERE id = ?", first.sessionId);
  const mac = createHmac("sha256", domain.deps.secretKeys.refreshToken)
    .update(row?.["refresh_salt"] as Uint8Array) // a column of bytes
    .update(`${first.sessionId}.${counter}`)
    .digest("base64url");
  return `${first.sessionId}.${spelled}.${mac}`;
}

describe("TK-10 what is not the session's own token burns nothing:", () => {
  test("a wrong MAC is refused at every counter, and the right one goes on", async () => {
    const second = await next(first.refreshToken);
    const before = rows();
    for (const counter of [0, 1, 2])
      expect(
        await use(`${first.sessionId}.${counter}.${"A".repeat(43)}`, NOW + LIFE_MS / 2),
      ).toBeUndefined();
    expect(rows()).toEqual(before);
    expect(await use(second.refreshToken)).toBeDefined();
  });

  test("a MAC of one session is none of another, of the same account or of somebody else's", async () => {
    const others = [
      await logInByToken(domain, user),
      await logInByToken(domain, await domain.newUser()),
    ];
    const before = rows();
    for (const other of others) {
      const [, , mac] = other.refreshToken.split(".");
      expect(await use(`${first.sessionId}.0.${mac}`)).toBeUndefined();
      expect(await use(`${first.sessionId}.1.${mac}`)).toBeUndefined();
    }
    expect(rows()).toEqual(before);
    for (const { refreshToken } of [first, ...others])
      expect(await use(refreshToken)).toBeDefined();
  });

  test("a MAC of one counter is none of another", async () => {
    const [id, , mac] = first.refreshToken.split(".");
    expect(await use(`${id}.1.${mac}`)).toBeUndefined();
    expect(counterOf()).toBe(0);
  });

  test("a cookie's session has no refresh tokens", async () => {
    const { session } = await logInByCookie(domain, user);
    expect(await use(first.refreshToken.replace(first.sessionId, session.id))).toBeUndefined();
    expect(sessionIds(domain)).toContain(session.id);
  });

  test("a genuine token of a counter not reached yet is refused, and ends nothing", async () => {
    const before = rows();
    expect(await use(tokenAt(1))).toBeUndefined();
    expect(await use(tokenAt(999_999_999))).toBeUndefined();
    expect(rows()).toEqual(before);
    expect(tokenAt(0)).toBe(first.refreshToken);
  });
});

test.each<[string, (token: string) => string]>([
  ["empty", () => ""],
  ["two dots", () => ".."],
  ["the session's id alone", () => first.sessionId],
  ["without its MAC", (token) => token.slice(0, token.lastIndexOf(".") + 1)],
  ["with an empty counter", () => tokenAt(0, "")],
  ["with a leading zero", () => tokenAt(0, "00")],
  ["with many leading zeros", () => tokenAt(0, "000000000")],
  ["with a sign", () => tokenAt(0, "-0")],
  ["with a plus", () => tokenAt(0, "+0")],
  ["with a fraction", () => tokenAt(0, "0.0")],
  ["with an exponent", () => tokenAt(0, "0e0")],
  ["in hexadecimal", () => tokenAt(0, "0x0")],
  ["with a digit that is not ASCII", () => tokenAt(0, "\u0660")],
  ["with a counter of ten digits", () => tokenAt(1_000_000_000)],
  ["with a counter past what a number holds", () => tokenAt(0, "9007199254740993")],
  ["with a counter past every number", () => tokenAt(0, "9".repeat(400))],
  ["in capitals", (token) => token.toUpperCase()],
  ["with spare bits set in its MAC", (token) => respell(token)],
  ["padded", (token) => `${token}=`],
  ["with a line feed", (token) => `${token}\n`],
  ["with a NUL", (token) => `${token}\0`],
  ["with a space before", (token) => ` ${token}`],
  ["with a part more", (token) => `${token}.x`],
  ["very long", (token) => token.repeat(2_000)],
  ["an access token", () => first.accessToken],
])("TK-10 a refresh token %s is refused, and nothing is burnt", async (_, altered) => {
  const before = rows();
  expect(await use(altered(first.refreshToken))).toBeUndefined();
  expect(rows()).toEqual(before);
  expect(await use(first.refreshToken)).toBeDefined();
});

test("TK-11 each use gives another refresh token, and moves the counter by one", async () => {
  const seen = [first.refreshToken];
  for (let round = 1; round <= 4; round += 1) {
    const now = NOW + round * 60_000;
    const pair = await next(seen.at(-1) ?? "", now);
    expect(seen).not.toContain(pair.refreshToken);
    expect(await roleByBearer(domain, pair.accessToken, now)).toBe("user");
    expect(pair.refreshExpiresInSeconds).toBe(LIFE_MS / 1000 - round * 60);
    expect(counterOf()).toBe(round);
    seen.push(pair.refreshToken);
  }
  expect(storedEvents(domain, "token_refreshed")).toHaveLength(4);
  const [row] = rows();
  expect(row).toMatchObject({ expires_at: NOW + LIFE_MS }); // SE-06
});

describe("TK-12 reuse ends the family", () => {
  const LATER = NOW + GRACE_MS + 1;

  test("with its access and refresh tokens, although the request fails; other logins stay", async () => {
    const [cookie, elsewhere] = [
      await logInByCookie(domain, user),
      await logInByToken(domain, user),
    ];
    const second = await next(first.refreshToken);
    expect(await use(first.refreshToken, LATER)).toBeUndefined();
    expect(sessionIds(domain)).toEqual([cookie.session.id, elsewhere.sessionId].sort());
    expect(await use(second.refreshToken, LATER)).toBeUndefined();
    for (const { accessToken } of [first, second])
      expect(await roleByBearer(domain, accessToken, LATER)).toBeUndefined();
    expect(await roleByCookie(domain, cookie.secret, LATER)).toBe("user");
    expect(await roleByBearer(domain, elsewhere.accessToken, LATER)).toBe("user");
    expect(await use(elsewhere.refreshToken, LATER)).toBeDefined();
  });

  test("and is told once, also when many come at once through two processes", async () => {
    await next(first.refreshToken);
    const storage = await openStorage({ kind: "sqlite", path: domain.databaseFile });
    const attempts = Array.from({ length: 12 }, (_, index) => {
      const deps = index % 2 === 0 ? domain.deps : { ...domain.deps, storage };
      return refresh(deps, domain.at(LATER), first.refreshToken);
    });
    const pairs = await Promise.all(attempts);
    await storage.close();
    expect(pairs.every((pair) => pair === undefined)).toBe(true);
    expect(sessionIds(domain)).toEqual([]);
    const told = storedEvents(domain, "refresh_token_reuse", "session_revoked");
    expect(told).toEqual([
      expect.objectContaining({
        event: "refresh_token_reuse",
        userId: user.id,
        family: first.sessionId,
      }),
      expect.objectContaining({
        event: "session_revoked",
        sessionId: first.sessionId,
        by: "reuse",
      }),
    ]);
    expect(domain.printed.filter(({ event }) => event === "refresh_token_reuse")).toHaveLength(1);
  });

  test("whichever of the earlier tokens is reused", async () => {
    let token = first.refreshToken;
    for (let round = 0; round < 3; round += 1) token = (await next(token)).refreshToken;
    expect(await use(tokenAt(1))).toBeUndefined();
    expect(sessionIds(domain)).toEqual([]);
  });
});

test("TK-13 of 20 refreshes at once through two processes, all get the one successor", async () => {
  const storage = await openStorage({ kind: "sqlite", path: domain.databaseFile });
  const attempts = Array.from({ length: 20 }, (_, index) => {
    const deps = index % 2 === 0 ? domain.deps : { ...domain.deps, storage };
    return refresh(deps, domain.at(), first.refreshToken);
  });
  const pairs = await Promise.all(attempts);
  await storage.close();
  const successors = new Set(pairs.map((pair) => pair?.refreshToken));
  expect(successors).toEqual(new Set([tokenAt(1)]));
  expect(counterOf()).toBe(1);
  expect(sessionIds(domain)).toEqual([first.sessionId]);
  expect(storedEvents(domain, "refresh_token_reuse")).toEqual([]);
});

test("TK-14 a client that lost the answer of a refresh gets the same successor until the grace is over, and it works", async () => {
  const lost = await next(first.refreshToken);
  const again = await next(first.refreshToken, NOW + GRACE_MS);
  expect(again.refreshToken).toBe(lost.refreshToken);
  expect(await roleByBearer(domain, again.accessToken)).toBe("user");
  expect(counterOf()).toBe(1);
  expect(storedEvents(domain, "token_refreshed")).toHaveLength(2); // LA-01: each gave a pair away
  expect(await use(again.refreshToken, NOW + 60_000)).toBeDefined();
  // LA-01: each answer with tokens is told of, the one that was asked for again too.
  expect(storedEvents(domain, "token_refreshed")).toHaveLength(3);
});

test("TK-15 refreshing within the grace does not extend it", async () => {
  await next(first.refreshToken);
  for (let now = NOW; now <= NOW + GRACE_MS; now += 1_000) await next(first.refreshToken, now);
  const [row] = rows();
  expect(row).toMatchObject({ refresh_rotated_at: NOW, refresh_counter: 1 });
  expect(await use(first.refreshToken, NOW + GRACE_MS + 1)).toBeUndefined();
  expect(sessionIds(domain)).toEqual([]);
});

test("TK-15 the grace is for the token before the current one, and for none before that", async () => {
  const second = await next(first.refreshToken);
  const third = await next(second.refreshToken);
  expect((await next(second.refreshToken)).refreshToken).toBe(third.refreshToken);
  expect(await use(first.refreshToken)).toBeUndefined(); // in the same millisecond
  expect(sessionIds(domain)).toEqual([]);
});

test("TK-15 a clock that is put back does not lengthen the grace", async () => {
  const second = await next(first.refreshToken);
  expect((await next(first.refreshToken, NOW - GRACE_MS)).refreshToken).toBe(second.refreshToken);
  expect(await use(first.refreshToken, NOW - GRACE_MS - 1)).toBeUndefined();
  expect(sessionIds(domain)).toEqual([]);
});

test.each([
  ["the current one", 1],
  ["the one before, within the grace", 0],
])(
  "TK-08 a session that ends while its refresh token is judged gives no pair and no event: %s",
  async (_, counter) => {
    await next(first.refreshToken);
    const [token, told] = [tokenAt(counter), storedEvents(domain, "token_refreshed")];
    const found = await findPresented(domain.deps, domain.deps.storage, token);
    expect(found).toBeDefined();
    await revokeToken(domain.deps, domain.at(), token);
    expect(await refresh(domain.deps, domain.at(), token, found)).toBeUndefined();
    expect(storedEvents(domain, "token_refreshed")).toEqual(told);
  },
);

describe("TK-16 a refresh that fails consumes nothing", () => {
  test("where its event cannot be stored", async () => {
    const before = rows();
    domain.sql("ALTER TABLE events RENAME TO lost_events");
    await expect(use(first.refreshToken)).rejects.toThrow();
    expect(rows()).toEqual(before);
    domain.sql("ALTER TABLE lost_events RENAME TO events");
    expect((await next(first.refreshToken, NOW + LIFE_MS / 2)).refreshToken).toBe(tokenAt(1));
  });

  test("where there is no key to sign with", async () => {
    const before = rows();
    domain.sql("ALTER TABLE signing_keys RENAME TO lost_keys");
    await expect(use(first.refreshToken, NOW + KEY_NOTICE_MS)).rejects.toThrow("signing_keys");
    expect(rows()).toEqual(before);
    domain.sql("ALTER TABLE lost_keys RENAME TO signing_keys");
    expect((await next(first.refreshToken, NOW + LIFE_MS / 2)).refreshToken).toBe(tokenAt(1));
  });

  test("where reuse is found and cannot be told, so that the next time tells it", async () => {
    await next(first.refreshToken);
    domain.sql("ALTER TABLE events RENAME TO lost_events");
    await expect(use(first.refreshToken, NOW + LIFE_MS / 2)).rejects.toThrow();
    expect(sessionIds(domain)).toEqual([first.sessionId]);
    domain.sql("ALTER TABLE lost_events RENAME TO events");
    expect(await use(first.refreshToken, NOW + LIFE_MS / 2)).toBeUndefined();
    expect(storedEvents(domain, "refresh_token_reuse")).toHaveLength(1);
  });

  test("where another process holds the database", async () => {
    const before = rows();
    const holder = new DatabaseSync(domain.databaseFile);
    holder.exec("BEGIN IMMEDIATE");
    await expect(use(first.refreshToken)).rejects.toThrow(StorageUnavailableError);
    holder.exec("ROLLBACK");
    holder.close();
    expect(rows()).toEqual(before);
    expect((await next(first.refreshToken, NOW + LIFE_MS / 2)).refreshToken).toBe(tokenAt(1));
  });
});

describe("refreshing ends where the login does", () => {
  test("TK-11 with the session's absolute limit", async () => {
    const second = await next(first.refreshToken, NOW + LIFE_MS - 1);
    expect(await use(second.refreshToken, NOW + LIFE_MS)).toBeUndefined();
    expect(await use(first.refreshToken, NOW + LIFE_MS + GRACE_MS * 2)).toBeUndefined();
    expect(counterOf()).toBe(1);
    expect(storedEvents(domain, "refresh_token_reuse")).toEqual([]);
  });

  test("SE-05 and no access token says that it is good for longer", async () => {
    const now = NOW + LIFE_MS - 60_000;
    const { accessToken, expiresInSeconds } = await next(first.refreshToken, now);
    expect(expiresInSeconds).toBe(60);
    expect(decodeJwt(accessToken).exp).toBe((NOW + LIFE_MS) / 1000);
    expect(await roleByBearer(domain, accessToken, NOW + LIFE_MS - 1)).toBe("user");
  });

  test("AZ-04 with the account's disabling, from that moment and without a change", async () => {
    domain.sql("UPDATE users SET disabled = 1 WHERE id = ?", user.id);
    const before = rows();
    expect(await use(first.refreshToken)).toBeUndefined();
    expect(rows()).toEqual(before);
  });

  test("AZ-04 with the account's deletion", async () => {
    expect(await deleteUser(domain.deps, domain.at(), user, user.id)).toBe("deleted");
    expect(await use(first.refreshToken)).toBeUndefined();
    expect(storedEvents(domain, "token_refreshed", "refresh_token_reuse")).toEqual([]);
  });
});

describe("TK-20 revoking", () => {
  const revoke = (token: string, now = NOW) => revokeToken(domain.deps, domain.at(now), token);

  test.each<[string, () => string]>([
    ["the current refresh token", () => tokenAt(1)],
    ["an old refresh token", () => first.refreshToken],
    ["an access token", () => first.accessToken],
  ])(
    "by %s ends the session for refresh and access tokens, and nobody else's",
    async (_, token) => {
      const other = await logInByToken(domain, user);
      const second = await next(first.refreshToken);
      const presented = token();
      await revoke(presented, NOW + 60_000);
      expect(sessionIds(domain)).toEqual([other.sessionId]);
      expect(await use(second.refreshToken)).toBeUndefined();
      expect(await roleByBearer(domain, second.accessToken)).toBeUndefined();
      expect(await roleByBearer(domain, first.accessToken)).toBeUndefined();
      expect(await roleByBearer(domain, other.accessToken)).toBe("user");
      await revoke(presented, NOW + 60_000);
      // LA-01: of a refresh token there is no id to tell.
      const jti = presented === first.accessToken ? decodeJwt(presented).jti : null;
      expect(jti).not.toBe(undefined);
      expect(storedEvents(domain, "token_revoked")).toEqual([
        expect.objectContaining({ userId: user.id, sessionId: first.sessionId, jti }),
      ]);
    },
  );

  test("anything else answers alike and changes nothing", async () => {
    const before = rows();
    const [head = "", body = "", signature = ""] = first.accessToken.split(".");
    const foreign = [
      "",
      ".",
      "..",
      "null",
      "\0",
      "a".repeat(100_000),
      `${first.sessionId}.0.${"A".repeat(43)}`,
      tokenAt(0, "00"),
      respell(first.refreshToken),
      respell(first.accessToken),
      `${head}.${body}.${"A".repeat(signature.length)}`,
      `${head}.${body}.`,
      first.sessionId,
    ];
    for (const token of foreign) await revoke(token);
    await revoke(first.accessToken, NOW + 900_000); // expired
    expect(rows()).toEqual(before);
    expect(storedEvents(domain, "token_revoked")).toEqual([]);
    await revoke(first.refreshToken);
    expect(rows()).toEqual([]);
  });
});
