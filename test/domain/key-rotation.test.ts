import { randomBytes } from "node:crypto";
import { uuidv7 } from "uuidv7";
import { describe, expect, it } from "vitest";
import { createEventLog } from "../../src/routes/event-log.ts";
import type { Journal } from "../../src/domain/ports/events.ts";
import {
  ForeignSecretError,
  KEY_NOTICE_MS,
  openKeyRing,
  rotateSigningKey,
} from "../../src/domain/keys.ts";
import type { Storage } from "../../src/domain/ports/storage.ts";
import { StorageUnavailableError } from "../../src/domain/ports/storage.ts";
import { databases, eachTestOpens } from "../support/databases.ts";
import { NOW } from "../support/clock.ts";

const sealKey = new Uint8Array(randomBytes(32));
const ACCESS_TOKEN_SECONDS = 900;

describe.each(databases)("the key ring on $name", ({ create }) => {
  const test = eachTestOpens(create);
  const openRing = (storage: Storage = test.storage) =>
    openKeyRing(storage, sealKey, ACCESS_TOKEN_SECONDS, uuidv7(), NOW);

  /** The act of another process. */
  async function rotate(now: number): Promise<string> {
    const outcome = await rotateSigningKey(
      journal(),
      { requestId: null, ip: null, now },
      sealKey,
      ACCESS_TOKEN_SECONDS,
    );
    if (outcome === "too_many_keys") throw new Error(outcome);
    return outcome.kid;
  }
  function journal(): Journal {
    return {
      storage: test.storage,
      log: createEventLog(() => undefined, false),
      newId: () => uuidv7(),
    };
  }

  it("TK-02 signs with a new key within the notice of its rotation, and at once where it has met it", async () => {
    const [ring, other] = [await openRing(), await openRing()];
    const first = (await ring.findSigning(NOW)).kid;
    const second = await rotate(NOW + 1);
    expect((await ring.findSigning(NOW + KEY_NOTICE_MS - 1)).kid).toBe(first);
    expect((await ring.findSigning(NOW + KEY_NOTICE_MS)).kid).toBe(second);

    expect(await other.findVerifying(second, NOW + 2000)).toMatchObject({ kid: second });
    expect((await other.findSigning(NOW + 2001)).kid).toBe(second);
  });

  it("a retired key verifies and is published until the last token it can have signed has expired", async () => {
    const ring = await openRing();
    const { kid: first } = await ring.findSigning(NOW);
    const second = await rotate(NOW);
    const end = NOW + KEY_NOTICE_MS + ACCESS_TOKEN_SECONDS * 1000;
    const kids = async (now: number) => (await ring.listVerifying(now)).map(({ kid }) => kid);
    expect(await kids(end - 1)).toEqual([second, first]);
    expect(await ring.findVerifying(first, end - 1)).toMatchObject({ kid: first });
    expect(await kids(end)).toEqual([second]);
    expect(await ring.findVerifying(first, end)).toBeUndefined();
  });

  it("SE-12 a key that another process made this very moment verifies, whoever asked for others just before", async () => {
    const ring = await openRing();
    const asking = Array.from({ length: 50 }, async (_, i) =>
      ring.findVerifying(`made-up-${i}`, NOW),
    );
    const second = await rotate(NOW);
    expect(await ring.findVerifying(second, NOW)).toMatchObject({ kid: second });
    expect((await Promise.all(asking)).every((key) => key === undefined)).toBe(true);
    const third = await rotate(NOW);
    expect((await ring.listVerifying(NOW)).map(({ kid }) => kid)).toContain(third);
  });

  it("IV-01 a flood of unknown key ids asks the database one question at a time", async () => {
    let asked = 0;
    const counted = {
      ...test.storage,
      signingKeys: {
        ...test.storage.signingKeys,
        list: () => ((asked += 1), test.storage.signingKeys.list()),
      },
    };
    const ring = await openRing(counted);
    asked = 0;
    const flood = Array.from({ length: 500 }, async (_, i) =>
      ring.findVerifying(`made-up-${i}`, NOW),
    );
    expect((await Promise.all(flood)).every((key) => key === undefined)).toBe(true);
    expect(asked).toBeLessThan(5);
  });

  it("keeps its keys while the database is away", async () => {
    let away = false;
    const list = async () => {
      if (away) throw new StorageUnavailableError("away", "AWAY");
      return test.storage.signingKeys.list();
    };
    const ring = await openRing({
      ...test.storage,
      signingKeys: { ...test.storage.signingKeys, list },
    });
    const { kid } = await ring.findSigning(NOW);
    away = true;
    expect((await ring.findSigning(NOW + 60_000)).kid).toBe(kid);
    expect(await ring.findVerifying(kid, NOW + 120_000)).toMatchObject({ kid });
    expect(await ring.listVerifying(NOW + 180_000)).toHaveLength(1);
  });

  it("knows a rotation a second after a load that failed, and not ten", async () => {
    let away = false;
    const list = async () => {
      if (away) throw new StorageUnavailableError("away", "AWAY");
      return test.storage.signingKeys.list();
    };
    const ring = await openRing({
      ...test.storage,
      signingKeys: { ...test.storage.signingKeys, list },
    });
    const kid = await rotate(NOW);
    away = true;
    await ring.findSigning(NOW + 10_000);
    away = false;
    expect((await ring.findSigning(NOW + 10_999)).kid).not.toBe(kid); // not asked for every request
    expect((await ring.findSigning(NOW + 11_000)).kid).toBe(kid);
  });

  it("of rotations at once each retires the one before, and one key signs in the end", async () => {
    await openRing();
    await Promise.all(Array.from({ length: 5 }, (_, i) => rotate(NOW + i)));
    const keys = await test.storage.signingKeys.list();
    expect(keys).toHaveLength(6);
    expect(keys.filter(({ retiredAt }) => retiredAt === null)).toHaveLength(1);
  });

  it("LA-06 a rotation is stored as an event with the new key's id, and nothing else", async () => {
    await openRing();
    const kid = await rotate(NOW);
    const [listed, ...rest] = await test.storage.events.list({}, 10, undefined);
    expect(rest).toEqual([]);
    expect(listed?.event).toEqual({
      ...{ event: "signing_key_rotated", level: "info", kid },
      ...{ timestamp: new Date(NOW).toISOString(), requestId: null, ip: null },
    });
  });

  it("refuses to rotate under another AUTH_SECRET, and changes nothing", async () => {
    await openRing();
    const before = await test.storage.signingKeys.list();
    const foreign = rotateSigningKey(
      journal(),
      { requestId: null, ip: null, now: NOW },
      randomBytes(32),
      900,
    );
    await expect(foreign).rejects.toBeInstanceOf(ForeignSecretError);
    expect(await test.storage.signingKeys.list()).toEqual(before);
  });

  it("refuses a rotation that would outgrow the published set, until keys have expired", async () => {
    await openRing();
    for (let i = 1; i < 16; i += 1) await rotate(NOW + i);
    await expect(rotate(NOW + 16)).rejects.toThrow("too_many_keys");
    expect(await rotate(NOW + KEY_NOTICE_MS + ACCESS_TOKEN_SECONDS * 1000 + 1)).toMatch(/-/);
  });
});
