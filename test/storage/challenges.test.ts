/** The store of challenges. What the rules make of it is in test/domain/challenges.test.ts and challenge-races.test.ts. */
import { describe, expect, it } from "vitest";
import { CHALLENGE_TRIES, challengePurposes } from "../../src/contract/challenges.ts";
import type { NewChallenge } from "../../src/domain/ports/challenges.ts";
import { databases, eachTestOpens } from "../support/databases.ts";
import { NOW } from "../support/clock.ts";
import { aChallenge, aCookieSession, aUser, EPOCH, HASH } from "../support/rows.ts";

const none = new Uint8Array(32);

describe.each(databases)("challenges on $name", ({ create }) => {
  const test = eachTestOpens(create);

  async function insertUser() {
    const user = aUser();
    await test.storage.users.insert(user, HASH);
    return user;
  }

  /** Stores a challenge of the account; answers it as it is stored. */
  async function saved(userId: string, overrides: Partial<NewChallenge> = {}) {
    const challenge = aChallenge({ userId, ...overrides });
    expect(await test.storage.challenges.save(userId, challenge)).toBe(true);
    return challenge;
  }

  const rows = () =>
    test.database.query("select id, user_id, attempts from challenges order by id");
  const tryCode = ({ purpose, handleHash }: NewChallenge, now = NOW) =>
    test.storage.challenges.countTry(purpose, handleHash ?? none, CHALLENGE_TRIES, now);
  const byHandle = ({ purpose, handleHash }: NewChallenge, now = NOW) =>
    test.storage.challenges.findByHandle(purpose, handleHash ?? none, now);
  const byLink = ({ purpose, linkHash }: NewChallenge, now = NOW) =>
    test.storage.challenges.findByLink(purpose, linkHash ?? none, now);
  const take = ({ purpose, handleHash }: NewChallenge, now = NOW) =>
    test.storage.challenges.take(purpose, handleHash ?? none, now);
  const spend = ({ purpose, id }: NewChallenge, now = NOW) =>
    test.storage.challenges.spend(purpose, id, now);

  it("RS-02 a challenge is found with all that it was stored with, its account among it", async () => {
    const owner = await insertUser();
    const session = aCookieSession(owner);
    await test.storage.sessions.insert(session, EPOCH);
    const full = await saved(owner.id, {
      sessionId: session.id,
      subject: "new@example.com",
      sealed: new Uint8Array([1, 2, 3]),
    });
    expect(await byLink(full)).toEqual({ ...full, attempts: 0 });
    expect(await byHandle(full)).toEqual({ ...full, attempts: 0 });
    expect(await tryCode(full)).toEqual({ ...full, attempts: 1 });
    const bare = aChallenge({ handleHash: null, codeMac: null });
    await test.storage.challenges.insert(bare);
    expect(await byLink(bare)).toEqual({ ...bare, attempts: 0 });
  });

  it.each(challengePurposes)(
    "CH-01 one for %s is found, tried and spent for no other purpose",
    async (purpose) => {
      const { id: userId } = await insertUser();
      const challenge = await saved(userId, { purpose });
      for (const other of challengePurposes.filter((each) => each !== purpose)) {
        const claimed = { ...challenge, purpose: other };
        expect(await byHandle(claimed)).toBeUndefined();
        expect(await byLink(claimed)).toBeUndefined();
        expect(await tryCode(claimed)).toBeUndefined();
        expect(await take(claimed)).toBeUndefined();
        expect(await spend(claimed)).toBe(false);
      }
      expect(await rows()).toEqual([{ id: challenge.id, user_id: userId, attempts: 0 }]);
      expect(await spend(challenge)).toBe(true);
    },
  );

  it("CH-02 RS-03 a challenge is spent once, also by many at once", async () => {
    const { id: userId } = await insertUser();
    const [one, other] = [await saved(userId), await saved((await insertUser()).id)];
    const spent = await Promise.all(Array.from({ length: 20 }, () => spend(one)));
    expect(spent.filter(Boolean)).toHaveLength(1);
    expect(await byLink(one)).toBeUndefined();
    expect(await byHandle(one)).toBeUndefined();
    expect(await tryCode(one)).toBeUndefined();
    expect(await byLink(other)).toBeDefined();
  });

  it("PK-01 of 20 that take a challenge at once one has it, as it was stored, and it is gone", async () => {
    const { id: userId } = await insertUser();
    const challenge = await saved(userId, { purpose: "passkey_setup" });
    const other = await saved((await insertUser()).id, { purpose: "passkey_setup" });
    const taken = await Promise.all(Array.from({ length: 20 }, () => take(challenge)));
    expect(taken.filter((found) => found !== undefined)).toEqual([{ ...challenge, attempts: 0 }]);
    expect((await rows()).map(({ id }) => id)).toEqual([other.id]);
  });

  it("CH-02 in two transactions at once, the one whose change is undone spends nothing, and the other may", async () => {
    const challenge = await saved((await insertUser()).id);
    const failing = test.storage.transaction(async (stores) => {
      expect(await stores.challenges.spend(challenge.purpose, challenge.id, NOW)).toBe(true);
      throw new Error("the change is undone");
    });
    const outcomes = await Promise.allSettled([
      failing,
      test.storage.transaction((stores) =>
        stores.challenges.spend(challenge.purpose, challenge.id, NOW),
      ),
    ]);
    expect(outcomes).toMatchObject([{ status: "rejected" }, { value: true }]);
    expect(await rows()).toEqual([]);
  });

  it("CH-03 of 20 tries at once five are answered, each with its own number, and all later ones none", async () => {
    const challenge = await saved((await insertUser()).id);
    const tried = await Promise.all(Array.from({ length: 20 }, () => tryCode(challenge)));
    const numbers = tried.flatMap((found) => found?.attempts ?? []);
    expect(numbers.sort()).toEqual([1, 2, 3, 4, 5]);
    expect(await tryCode(challenge)).toBeUndefined();
    expect(await rows()).toMatchObject([{ attempts: CHALLENGE_TRIES }]);
    expect(await byLink(challenge)).toBeDefined(); // its link was never guessed at
  });

  it("CH-05 RS-04 a challenge is good up to its last millisecond, and not at its end", async () => {
    const challenge = await saved((await insertUser()).id);
    const { expiresAt } = challenge;
    for (const find of [byLink, byHandle, tryCode]) {
      expect(await find(challenge, expiresAt - 1)).toBeDefined();
      expect(await find(challenge, expiresAt)).toBeUndefined();
    }
    expect(await spend(challenge, expiresAt)).toBe(false);
    expect(await take(challenge, expiresAt)).toBeUndefined();
    expect(await test.storage.challenges.deleteExpired(expiresAt - 1, 9)).toBe(0);
    expect(await rows()).toHaveLength(1);
    expect(await test.storage.challenges.deleteExpired(expiresAt, 9)).toBe(1);
    expect(await rows()).toEqual([]);
  });

  it("no more is deleted at once than is asked for", async () => {
    for (let at = 0; at < 3; at += 1) await test.storage.challenges.insert(aChallenge());
    await test.storage.challenges.insert(aChallenge({ expiresAt: NOW + 9000 }));
    expect(await test.storage.challenges.deleteExpired(NOW + 1000, 2)).toBe(2);
    expect(await test.storage.challenges.deleteExpired(NOW + 1000, 2)).toBe(1);
    expect(await rows()).toHaveLength(1);
  });

  it("CH-06 RS-08 an account has one of a purpose: a later one takes its place, with tries of its own, also of many at once", async () => {
    const { id: userId } = await insertUser();
    const first = await saved(userId);
    await tryCode(first);
    const second = await saved(userId);
    expect(await tryCode(second)).toMatchObject({ attempts: 1 });
    expect([await byHandle(first), await byLink(first)]).toEqual([undefined, undefined]);
    expect(await spend(first)).toBe(false);

    const many = Array.from({ length: 10 }, () => aChallenge());
    await Promise.all(many.map((each) => test.storage.challenges.save(userId, each)));
    const good = await Promise.all(many.map((each) => byLink(each)));
    expect(good.filter((found) => found !== undefined)).toHaveLength(1);
    expect(await rows()).toHaveLength(1);
  });

  it("CH-06 those of another purpose or another account stay", async () => {
    const [one, other] = [await insertUser(), await insertUser()];
    const kept = [
      await saved(one.id, { purpose: "password_reset" }),
      await saved(other.id, { purpose: "mail_login" }),
    ];
    await saved(one.id, { purpose: "mail_login" });
    for (const each of kept) expect(await byLink(each)).toBeDefined();
  });

  it("EM-08 each change of address keeps its own way back", async () => {
    const { id } = await insertUser();
    const undo = (subject: string) =>
      saved(id, { purpose: "email_change_undo", handleHash: null, codeMac: null, subject });
    const undos = [await undo("first@example.com"), await undo("second@example.com")];
    for (const each of undos) expect(await byLink(each)).toMatchObject({ subject: each.subject });
    await test.storage.challenges.deleteAllOf(id);
    for (const each of undos) expect(await byLink(each)).toBeDefined();
    // A thief's way back, to an address of theirs, must not end the owner's before it; the owner's ends the thief's.
    const [owners, thiefs] = [undos[0]?.id ?? "", undos[1]?.id ?? ""];
    await test.storage.challenges.deleteUndosAfter(id, thiefs);
    for (const each of undos) expect(await byLink(each)).toBeDefined();
    await test.storage.challenges.deleteUndosAfter(id, owners);
    expect((await rows()).map((row) => row["id"])).toEqual([owners]);
  });

  it("ML-01 ET-01 decoys about an address are ended by purpose and address, and no account's challenge is", async () => {
    const { id } = await insertUser();
    const subject = "asked@example.com";
    const real = await saved(id, { purpose: "mail_login", subject });
    const decoys = (["mail_login", "password_reset"] as const).map((purpose) =>
      aChallenge({ purpose, subject }),
    );
    const other = aChallenge({ purpose: "mail_login", subject: "other@example.com" });
    for (const each of [...decoys, other]) await test.storage.challenges.insert(each);
    await test.storage.challenges.deleteDecoysAbout("mail_login", subject);
    const left = [real, decoys[1], other].map((each) => each?.id ?? "").sort();
    expect((await rows()).map((row) => row["id"]).sort()).toEqual(left);
  });

  it("EM-08 an address that somebody may take back is reserved for them, as long as they may", async () => {
    const [owner, other] = [await insertUser(), await insertUser()];
    const subject = "old@example.com";
    const { expiresAt } = await saved(owner.id, { purpose: "email_change_undo", subject });
    await saved(other.id, { purpose: "email_change", subject: "wanted@example.com" });
    const isReserved = (email: string, except: string | null, now = NOW) =>
      test.storage.challenges.isReserved(email, except, now);
    expect(await isReserved(subject, null)).toBe(true);
    expect(await isReserved(subject, other.id)).toBe(true);
    expect(await isReserved(subject, owner.id)).toBe(false);
    expect(await isReserved(subject, null, expiresAt)).toBe(false);
    expect(await isReserved("wanted@example.com", null)).toBe(false);
  });

  it("those about an address are ended by purpose and address", async () => {
    const about = (purpose: NewChallenge["purpose"], subject: string) =>
      aChallenge({ purpose, subject });
    const all = [
      about("signup", "ada@example.com"),
      about("signup", "ada@example.com"),
      about("invitation", "ada@example.com"),
      about("signup", "grace@example.com"),
    ];
    for (const each of all) await test.storage.challenges.insert(each);
    await test.storage.challenges.deleteAbout("signup", "ada@example.com");
    const left = (await rows()).map(({ id }) => id);
    expect(left).toEqual(all.slice(2).map(({ id }) => id));
  });

  it("RS-01 a decoy belongs to nobody, and to no account that is not there", async () => {
    const decoys = [aChallenge(), aChallenge()];
    for (const decoy of decoys) await test.storage.challenges.insert(decoy);
    expect(await test.storage.challenges.save(null, aChallenge())).toBe(false);
    const { id } = await insertUser();
    for (const decoy of decoys) expect(await byLink(decoy)).toMatchObject({ userId: null });
    await test.storage.challenges.deleteAllOf(id);
    expect(await rows()).toMatchObject(decoys.map(() => ({ user_id: null })));
  });

  it("CH-01 an account takes its challenges with it, and a session those it began; an account that is gone gets none", async () => {
    const user = await insertUser();
    const session = aCookieSession(user);
    await test.storage.sessions.insert(session, EPOCH);
    const ofSession = await saved(user.id, { purpose: "email_change", sessionId: session.id });
    const ofAccount = await saved(user.id);
    await test.storage.sessions.delete(session.id);
    expect(await byHandle(ofSession)).toBeUndefined();
    expect(await byHandle(ofAccount)).toBeDefined();
    await test.storage.users.deleteUnlessLastAdmin(user.id);
    expect(await rows()).toEqual([]);
    expect(await test.storage.challenges.save(user.id, aChallenge())).toBe(false);
    expect(await rows()).toEqual([]);
  });

  it("CH-08 a restart forgets neither a challenge nor its tries", async () => {
    const challenge = await saved((await insertUser()).id);
    await tryCode(challenge);
    await test.reopen();
    expect(await tryCode(challenge)).toMatchObject({ id: challenge.id, attempts: 2 });
    expect(await spend(challenge)).toBe(true);
  });
});
