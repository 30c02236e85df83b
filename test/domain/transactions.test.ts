/** ST-06: a transaction holds the only write lock there is, so nothing slow may run inside one. */
import { afterAll, expect, test } from "vitest";
import { changePassword, deleteMe, makeFirstAdmin, signup } from "../../src/domain/accounts.ts";
import { createAdmin } from "../../src/domain/admins.ts";
import { deliverNext } from "../../src/domain/mail-delivery.ts";
import type { HashWorkers } from "../../src/domain/ports/passwords.ts";
import { requestReset, resetPassword } from "../../src/domain/resets.ts";
import type { Storage } from "../../src/domain/ports/storage.ts";
import { createHashPool } from "../../src/platform/hash-workers.ts";
import { logInByCookie, logInByToken } from "../support/logins.ts";
import { NOW } from "../support/clock.ts";
import { NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { type Domain, openDomain } from "../support/domain.ts";
const pool = createHashPool(2, 1000);
afterAll(() => pool.close());

/** The rules on storage that counts its open transactions, and everything slow that met one. */
async function watchedWorld() {
  let open = 0;
  let worked = 0;
  const meetings: string[] = [];
  async function watch<T>(what: string, work: () => Promise<T>): Promise<T> {
    worked += 1;
    if (open > 0) meetings.push(what);
    return work();
  }
  const bcrypt: HashWorkers = {
    hash: (input, cost) => watch("hash", () => pool.hash(input, cost)),
    compare: (input, hash) => watch("compare", () => pool.compare(input, hash)),
  };
  const domain = await openDomain(bcrypt);
  const { storage } = domain.deps;
  const counting: Storage = {
    ...storage,
    transaction: (work) =>
      storage.transaction(async (stores) => {
        open += 1;
        try {
          return await work(stores);
        } finally {
          open -= 1;
        }
      }),
  };
  const watched: Domain = { ...domain, deps: { ...domain.deps, storage: counting } };
  return { domain: watched, watch, meetings, worked: () => worked };
}

test("ST-06 no password is hashed or compared, and no mail sent, while a transaction is open", async () => {
  const { domain, watch, meetings, worked } = await watchedWorld();
  const { deps } = domain;
  await makeFirstAdmin(deps, domain.at(), "first@example.com", PASSWORD);
  await createAdmin(deps, domain.at(), "second@example.com", PASSWORD);
  const made = await signup(deps, domain.at(), {
    email: "ada@example.com",
    password: PASSWORD,
    locale: null,
  });
  if ("failure" in made) throw new Error(made.failure);
  const { user } = made;
  await logInByToken(domain, user);
  await expect(logInByCookie(domain, user, "not the password")).rejects.toThrow();
  const caller = await logInByCookie(domain, user);
  expect(await changePassword(deps, domain.at(), caller, PASSWORD, NEW_PASSWORD)).toBe("changed");

  const sent: { readonly subject: string; readonly text: string }[] = [];
  const delivery = {
    storage: deps.storage,
    log: deps.log,
    mailSeal: deps.secretKeys.mailSeal,
    attemptTimeoutMs: 20_000,
    now: () => NOW,
    transport: {
      send: (mail: { readonly subject: string; readonly text: string }) =>
        watch("send", async () => {
          sent.push(mail);
          return { accepted: true } as const;
        }),
      close: () => undefined,
    },
  };
  await requestReset(deps, domain.at(), user.email, null);
  while (await deliverNext(delivery, new AbortController().signal));
  const token = sent.map(({ text }) => /#token=([\w-]+)/.exec(text)?.[1]).find(Boolean) ?? "";
  expect(await resetPassword(deps, domain.at(), token, PASSWORD)).toHaveProperty("deviceSecret");
  const leaving = await logInByCookie(domain, user);
  expect(await deleteMe(deps, domain.at(), leaving, PASSWORD)).toBe("deleted");

  expect(meetings).toEqual([]);
  // Two hashes of admins, one of signup, three of logins, two of the change, two mails, the reset, the deletion.
  expect(worked()).toBeGreaterThanOrEqual(12);
});

test("ST-06 the test above sees a password that is hashed while a transaction is open", async () => {
  const { domain, meetings } = await watchedWorld();
  await domain.deps.storage.transaction(() => domain.deps.passwords.hash(PASSWORD));
  expect(meetings).toEqual(["hash"]);
});
