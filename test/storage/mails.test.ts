import { randomBytes } from "node:crypto";
import { uuidv7 } from "uuidv7";
import { describe, expect, it } from "vitest";
import type { OutboxMail } from "../../src/domain/ports/mails.ts";
import { openStorage } from "../../src/storage/storage.ts";
import { databases, eachTestOpens } from "../support/databases.ts";
import { NOW } from "../support/clock.ts";

describe.each(databases)("the outbox on $name", ({ create }) => {
  const test = eachTestOpens(create);
  const LEASE_END = NOW + 60_000;

  it("gives a mail to one claimant only, until the lease ends", async () => {
    const { id, sealed } = await insert();
    expect(await test.storage.mails.claimDue(NOW, LEASE_END)).toMatchObject({
      id,
      sealed,
      attempt: 1,
    });
    expect(await test.storage.mails.claimDue(LEASE_END - 1, LEASE_END)).toBeUndefined();
    expect(await test.storage.mails.claimDue(LEASE_END, LEASE_END + 1)).toMatchObject({
      attempt: 2,
    });
  });

  it("gives each of many mails once to several processes", async () => {
    const ids = await Promise.all(Array.from({ length: 30 }, async () => (await insert()).id));
    const others = await Promise.all([1, 2, 3].map(() => openStorage(test.database.target)));
    const claimed: string[] = [];
    await Promise.all(
      others.map(async (storage) => {
        for (;;) {
          const mail = await storage.mails.claimDue(NOW, LEASE_END);
          if (mail === undefined) return;
          claimed.push(mail.id);
        }
      }),
    );
    await Promise.all(others.map((storage) => storage.close()));
    expect(claimed.sort()).toEqual(ids.sort());
  });

  it("LA-03 deletes what is in a mail when it is finished, and never gives it again", async () => {
    const { id } = await insert();
    await test.storage.mails.claimDue(NOW, LEASE_END);
    await test.storage.mails.finish(id, 1, NOW + 5);
    expect(await test.database.query("select sealed, finished_at from mails")).toEqual([
      { sealed: null, finished_at: NOW + 5 },
    ]);
    expect(await test.storage.mails.claimDue(LEASE_END, LEASE_END)).toBeUndefined();
  });

  it("lets nobody finish or postpone a mail whose claim was lost", async () => {
    const { id } = await insert();
    await test.storage.mails.claimDue(NOW, LEASE_END);
    await test.storage.mails.claimDue(LEASE_END, LEASE_END + 60_000);
    await test.storage.mails.finish(id, 1, LEASE_END);
    await test.storage.mails.postpone(id, 1, NOW);
    expect(await test.database.query("select finished_at, due_at from mails")).toEqual([
      { finished_at: null, due_at: LEASE_END + 60_000 },
    ]);
  });

  it("gives a postponed mail again when it is due, and the one due longest first", async () => {
    const first = await insert();
    const second = await insert({ createdAt: NOW + 1 });
    await test.storage.mails.claimDue(NOW, LEASE_END);
    await test.storage.mails.postpone(first.id, 1, NOW + 2);
    expect(await test.storage.mails.claimDue(NOW + 2, LEASE_END)).toMatchObject({ id: second.id });
    expect(await test.storage.mails.claimDue(NOW + 2, LEASE_END)).toMatchObject({ id: first.id });
  });

  it("ET-01 never gives a decoy, and removes it with the finished", async () => {
    await insert({ finishedAt: NOW });
    const { id } = await insert();
    expect(await test.storage.mails.claimDue(NOW, LEASE_END)).toMatchObject({ id });
    await test.storage.mails.deleteFinishedBefore(NOW, 9);
    expect(await test.database.query("select id from mails")).toHaveLength(2);
    await test.storage.mails.deleteFinishedBefore(NOW + 1, 9);
    expect(await test.database.query("select id from mails")).toEqual([{ id }]);
  });

  async function insert(overrides: Partial<OutboxMail> = {}): Promise<OutboxMail> {
    const mail: OutboxMail = {
      id: uuidv7(),
      sealed: new Uint8Array(randomBytes(40)),
      createdAt: NOW,
      expiresAt: NOW + 3_600_000,
      finishedAt: null,
      ...overrides,
    };
    await test.storage.mails.insert(mail);
    return mail;
  }
});
