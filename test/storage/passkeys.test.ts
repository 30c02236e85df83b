/** The store of passkeys. What the rules make of it is in test/domain/passkeys.test.ts and its neighbours. */
import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { NewPasskey, PasskeyUse } from "../../src/domain/ports/passkeys.ts";
import { NOW } from "../support/clock.ts";
import { databases, eachTestOpens } from "../support/databases.ts";
import { aPasskey, aUser, EPOCH, HASH } from "../support/rows.ts";

const HANDLE = new Uint8Array(randomBytes(32));

describe.each(databases)("passkeys on $name", ({ create }) => {
  const test = eachTestOpens(create);
  const store = () => test.storage.passkeys;

  async function insertUser() {
    const user = aUser();
    await test.storage.users.insert(user, HASH);
    return user;
  }

  /** A passkey of an account of its own, which has the handle. */
  async function inserted(overrides: Partial<NewPasskey> = {}) {
    const user = await insertUser();
    await store().takeHandle(user.id, HANDLE);
    const passkey = aPasskey(user, overrides);
    expect(await store().insert(passkey)).toBe(true);
    return { user, passkey };
  }

  const stored = () =>
    test.database.query(
      "select id, name, sign_count, backed_up, last_used_at from passkeys order by id",
    );

  it("a passkey is found by its credential id with all it was stored with, and with its owner", async () => {
    const { user, passkey } = await inserted({ signCount: 4_294_967_295, backedUp: false });
    await inserted();
    const { aaguid, ...kept } = passkey;
    expect(await store().findByCredentialId(passkey.credentialId)).toEqual({
      passkey: { ...kept, lastUsedAt: null },
      user,
      epoch: EPOCH,
      lockedUntil: 0,
      webauthnHandle: HANDLE,
    });
    expect(await store().findByCredentialId(passkey.credentialId.subarray(1))).toBeUndefined();
    const [row] = await test.database.query(
      `select aaguid from passkeys where id = '${passkey.id}'`,
    );
    expect(new Uint8Array(row?.["aaguid"] as Uint8Array)).toEqual(aaguid);
  });

  it("an account's are listed oldest first, and nobody else's", async () => {
    const { user, passkey } = await inserted({ transports: [] });
    const second = aPasskey(user);
    await store().insert(second);
    await inserted();
    const listed = await store().list(user.id);
    expect(listed.map(({ id }) => id)).toEqual([passkey.id, second.id]);
    expect(listed[0]?.transports).toEqual([]);
    expect(await store().list(aUser().id)).toEqual([]);
  });

  it("a handle is made once, stays, and is none of an account that is gone", async () => {
    const { id } = await insertUser();
    const other = new Uint8Array(randomBytes(32));
    expect(await store().takeHandle(id, HANDLE)).toEqual(HANDLE);
    expect(await store().takeHandle(id, other)).toEqual(HANDLE);
    expect(await store().takeHandle(aUser().id, other)).toBeUndefined();
  });

  it("PK-08 a credential id is stored once, whoever brings it again", async () => {
    const { user, passkey } = await inserted();
    const { credentialId } = passkey;
    expect(await store().insert(aPasskey(user, { credentialId }))).toBe(false);
    expect(await store().insert(aPasskey(await insertUser(), { credentialId }))).toBe(false);
    expect(await stored()).toHaveLength(1);
    expect(await store().findByCredentialId(credentialId)).toMatchObject({ passkey: { id: passkey.id } }); // prettier-ignore
  });

  const use = (passkey: NewPasskey, overrides: Partial<PasskeyUse> = {}) => {
    const { id, signCount, backedUp, backupEligible } = passkey;
    return store().use({ id, signCount, backedUp, backupEligible, now: NOW + 1, ...overrides });
  };

  it.each([
    [7, 8, true],
    [7, 4_294_967_295, true],
    [7, 7, false],
    [7, 6, false],
    [7, 0, false],
    [0, 1, true],
    [0, 0, true],
  ])(
    "PK-05 a counter that is %i and is told to be %i: used %s",
    async (signCount, told, isUsed) => {
      const { passkey } = await inserted({ signCount });
      const before = await stored();
      expect(await use(passkey, { signCount: told, backedUp: false })).toBe(isUsed);
      const { id, name } = passkey;
      const after = { id, name, sign_count: told, backed_up: 0, last_used_at: NOW + 1 };
      expect(await stored()).toEqual(isUsed ? [after] : before);
    },
  );

  it("PK-05 of 20 uses with one counter at once one holds", async () => {
    const { passkey } = await inserted({ signCount: 7 });
    const uses = await Promise.all(
      Array.from({ length: 20 }, () => use(passkey, { signCount: 8 })),
    );
    expect(uses.filter(Boolean)).toHaveLength(1);
  });

  it.each([true, false])("PK-06 one that is eligible for backup: %s is not used as another", async (backupEligible) => {
    const { passkey } = await inserted({ backupEligible });
    const before = await stored();
    expect(await use(passkey, { backupEligible: !backupEligible })).toBe(false);
    expect(await stored()).toEqual(before);
    expect(await use(passkey)).toBe(true);
  }); // prettier-ignore

  it("PK-13 one is renamed and removed by its owner's id alone", async () => {
    const { user, passkey } = await inserted();
    const { user: stranger } = await inserted();
    const before = await stored();
    expect(await store().rename(stranger.id, passkey.id, "Mine now")).toBeUndefined();
    expect(await store().delete(stranger.id, passkey.id)).toBeUndefined();
    expect(await stored()).toEqual(before);
    const renamed = await store().rename(user.id, passkey.id, "Old phone");
    expect(renamed).toMatchObject({ id: passkey.id, name: "Old phone", createdAt: NOW });
    expect(await store().delete(user.id, passkey.id)).toEqual(renamed);
    expect(await store().delete(user.id, passkey.id)).toBeUndefined();
    expect(await store().list(user.id)).toEqual([]);
  });

  it("EM-08 those since an instant are removed, or all of an account, and nobody else's", async () => {
    const { user, passkey: old } = await inserted({ createdAt: NOW - 1 });
    const others = [aPasskey(user), aPasskey(user, { createdAt: NOW + 1 })];
    for (const each of others) await store().insert(each);
    const { passkey: strangers } = await inserted();
    const removed = await store().deleteAllOf(user.id, NOW);
    expect(removed.map(({ id }) => id)).toEqual(others.map(({ id }) => id));
    expect((await stored()).map(({ id }) => id)).toEqual([old.id, strangers.id]);
    expect(await store().deleteAllOf(user.id)).toMatchObject([{ id: old.id }]);
    expect((await stored()).map(({ id }) => id)).toEqual([strangers.id]);
  });

  it("PK-15 an account's go with the account", async () => {
    const { user } = await inserted();
    const { passkey: strangers } = await inserted();
    await test.storage.users.deleteUnlessLastAdmin(user.id);
    expect((await stored()).map(({ id }) => id)).toEqual([strangers.id]);
  });
});
