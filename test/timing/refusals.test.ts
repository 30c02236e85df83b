/**
 * How much a refusal costs beside its hashing, by rank of the work that was done. A hash, or the disk, takes so
 * long that `test/timing/logins.test.ts` does not see it; whoever asks often enough would.
 */
import { login } from "../../src/domain/login.ts";
import { expect, test } from "vitest";
import { startMailLogin } from "../../src/domain/mail-logins.ts";
import type { Dependencies } from "../../src/domain/ports/dependencies.ts";
import { requestReset } from "../../src/domain/resets.ts";
import { PASSWORD } from "../support/credentials.ts";
import { CLIENT, openDomain } from "../support/domain.ts";
import { beginByMail, completeByMail, wrongCode } from "../support/mail-logins.ts";
import { retryOnBusyMachine } from "../support/retry-on-busy-machine.ts";
import { superiority, timesInTurns, workClock } from "../support/rank-test.ts";

/** Two seconds alone; this is for a busy machine. Milliseconds. */
const TIMEOUT_MS = 120_000;
const KNOWN = "somebody@example.com";
/** As long as the known one: a mail's size tells that of its address. */
const UNKNOWN = "nobody-1@example.com";

/**
 * Measured with nine processes on two cores: alike 0.49 to 0.52; without a decoy's mail 0.30 to 0.31, without
 * the asking for its token 0.25 to 0.29, with an early return 0.02 to 0.06. A decoy's token or an event alone
 * costs too little: `resets.test.ts` counts their rows.
 */
const FORGOT_LEEWAY = 0.1;
const FORGOT_ROUNDS = 300;
const FORGOTTEN_AT_ONCE = 3;

/**
 * Measured: alike 0.37 to 0.52, for a wrong password writes that it was one; without the counting for
 * nobody 0.12 to 0.25; with an early return 0.01.
 */
const LOGIN_LEEWAY = 0.2;
const LOGIN_ROUNDS = 300;

test(
  "RS-01 ET-01 to ask for a reset is the same work for an unknown address",
  retryOnBusyMachine,
  async () => {
    const domain = await openDomain();
    await domain.newUser(KNOWN);
    const ask = async (email: string) => {
      for (let times = 0; times < FORGOTTEN_AT_ONCE; times += 1)
        await requestReset(domain.deps, domain.at(), email, null);
    };
    const { known, unknown } = await timesInTurns(
      FORGOT_ROUNDS,
      { known: () => ask(KNOWN), unknown: () => ask(UNKNOWN) },
      workClock,
    );
    expect(Math.abs(superiority(unknown, known) - 0.5)).toBeLessThan(FORGOT_LEEWAY);
  },
);

test(
  "LG-01 ET-01 a failed login is the same work, whatever the cause",
  { ...retryOnBusyMachine, timeout: TIMEOUT_MS },
  async () => {
    const domain = await openDomain();
    await domain.newUser(KNOWN);
    const [locked, disabled] = [await domain.newUser(), await domain.newUser()];
    domain.sql("UPDATE users SET locked_until = 9e15 WHERE id = ?", locked.id);
    domain.sql("UPDATE users SET disabled = 1 WHERE id = ?", disabled.id);
    const deps: Dependencies = {
      ...domain.deps,
      lockout: { threshold: 1_000_000, seconds: 900 },
      passwords: {
        ...domain.deps.passwords,
        verify: async (password, encoded) => ({
          matches: encoded !== undefined && password === PASSWORD,
          stale: false,
        }),
      },
    };
    const attempt = async (email: string, password: string) => {
      const outcome = await login(
        deps,
        domain.at(),
        { email, password, client: CLIENT, device: undefined },
        undefined,
      );
      expect(outcome).toMatchObject({ failure: "invalid_credentials" });
    };
    const { wrong, ...others } = await timesInTurns(
      LOGIN_ROUNDS,
      {
        wrong: () => attempt(KNOWN, "not the password"),
        unknown: () => attempt(UNKNOWN, PASSWORD),
        locked: () => attempt(locked.email, PASSWORD),
        disabled: () => attempt(disabled.email, PASSWORD),
      },
      workClock,
    );
    for (const other of Object.values(others))
      expect(Math.abs(superiority(other, wrong) - 0.5)).toBeLessThan(LOGIN_LEEWAY);
  },
);

/** Measured: see each test; a decoy writes no row of an account and one more row beside it. */
const MAIL_LEEWAY = 0.2;
const MAIL_ROUNDS = 120;

test(
  "ML-01 ET-01 to begin a sign-in by mail is the same work for every address",
  { ...retryOnBusyMachine, timeout: TIMEOUT_MS },
  async () => {
    const domain = await openDomain();
    const known = await domain.newUser(KNOWN);
    const [locked, disabled, limited] = [
      await domain.newUser("somebody-1@example.com"),
      await domain.newUser("somebody-2@example.com"),
      await domain.newUser("somebody-3@example.com"),
    ];
    domain.sql("UPDATE users SET locked_until = 9e15 WHERE id = ?", locked.id);
    domain.sql("UPDATE users SET disabled = 1 WHERE id = ?", disabled.id);
    const quotas = {
      ...domain.deps.quotas,
      mail_login_email: { count: 1, seconds: 3_600 },
    };
    await startMailLogin({ ...domain.deps, quotas }, domain.at(), limited.email, null, []);
    const ask = async (email: string, deps: Dependencies = domain.deps) => {
      for (let times = 0; times < FORGOTTEN_AT_ONCE; times += 1)
        await startMailLogin(deps, domain.at(), email, null, []);
    };
    const { own, ...others } = await timesInTurns(
      MAIL_ROUNDS,
      {
        own: () => ask(known.email),
        unknown: () => ask(UNKNOWN),
        locked: () => ask(locked.email),
        disabled: () => ask(disabled.email),
        limited: () => ask(limited.email, { ...domain.deps, quotas }),
      },
      workClock,
    );
    for (const [who, times] of Object.entries(others))
      expect([who, Math.abs(superiority(times, own) - 0.5)]).toEqual([
        who,
        expect.toSatisfy((distance: number) => distance < MAIL_LEEWAY),
      ]);
  },
);

test(
  "ML-01 ML-05 ET-01 a code that is refused is the same work, for nobody and where it is right as well",
  { ...retryOnBusyMachine, timeout: TIMEOUT_MS },
  async () => {
    const domain = await openDomain();
    const [known, locked, disabled] = [
      await domain.newUser(KNOWN),
      await domain.newUser("somebody-1@example.com"),
      await domain.newUser("somebody-2@example.com"),
    ];
    domain.sql("UPDATE users SET email_verified = 1");
    const deps: Dependencies = { ...domain.deps, lockout: { threshold: 1_000_000, seconds: 900 } };
    const begin = (email: string) => beginByMail(deps, domain.at(), email);
    const begun = {
      known: await begin(known.email),
      unknown: await begin(UNKNOWN),
      locked: await begin(locked.email),
      disabled: await begin(disabled.email),
    };
    domain.sql("UPDATE users SET locked_until = 9e15 WHERE id = ?", locked.id);
    domain.sql("UPDATE users SET disabled = 1 WHERE id = ?", disabled.id);
    const refuse = async (which: keyof typeof begun, by?: typeof wrongCode) => {
      domain.sql("UPDATE challenges SET attempts = 0");
      const outcome = await completeByMail(deps, domain.at(), begun[which], by);
      expect(outcome).toBe("invalid_challenge");
    };
    const { wrong, ...others } = await timesInTurns(
      MAIL_ROUNDS,
      {
        wrong: () => refuse("known", wrongCode),
        unknown: () => refuse("unknown", wrongCode),
        "locked, right": () => refuse("locked"),
        "disabled, right": () => refuse("disabled"),
      },
      workClock,
    );
    for (const [who, times] of Object.entries(others))
      expect([who, Math.abs(superiority(times, wrong) - 0.5)]).toEqual([
        who,
        expect.toSatisfy((distance: number) => distance < MAIL_LEEWAY),
      ]);
  },
);

test("ET-01 an address of nobody is compared with no hash, so that the work is that of the setting in force", async () => {
  const domain = await openDomain();
  await domain.newUser(KNOWN);
  const compared: (string | undefined)[] = [];
  const { verify } = domain.deps.passwords;
  const deps: Dependencies = {
    ...domain.deps,
    passwords: {
      ...domain.deps.passwords,
      verify: (password, encoded) => {
        compared.push(encoded);
        return verify(password, encoded);
      },
    },
  };
  for (const email of [UNKNOWN, KNOWN])
    await login(
      deps,
      domain.at(),
      { email, password: PASSWORD, client: CLIENT, device: undefined },
      undefined,
    );
  expect(compared).toEqual([undefined, expect.any(String)]);
});
