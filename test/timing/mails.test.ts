/**
 * How much it costs to ask for what is mailed, by rank of the work that was done: the same for an address that has an
 * account, that has none, and that got too many mails. `attack/address-oracle.test.ts` compares the answers.
 */
import { expect, test } from "vitest";
import { startEmailChange } from "../../src/domain/address-changes.ts";
import { startMailLogin } from "../../src/domain/mail-logins.ts";
import type { Dependencies } from "../../src/domain/ports/dependencies.ts";
import { requestReset } from "../../src/domain/resets.ts";
import { startSignup } from "../../src/domain/signups.ts";
import { PASSWORD } from "../support/credentials.ts";
import { type Domain, openDomain } from "../support/domain.ts";
import { logInByCookie } from "../support/logins.ts";
import { superiority, timesInTurns, workClock } from "../support/rank-test.ts";
import { retryOnBusyMachine } from "../support/retry-on-busy-machine.ts";

/** Milliseconds. A few seconds alone; this is for a busy machine. */
const TIMEOUT_MS = 120_000;
const ROUNDS = 200;
/** Without a decoy's mail, its template or its row, or with an early return, the rank is below 0.3 (see refusals). */
const LEEWAY = 0.15;
/** As long as each other: a mail's size tells that of its address. */
const KNOWN = "somebody@example.com";
const UNKNOWN = "nobody-1@example.com";
const DISABLED = "disabled@example.com";
const BEYOND = "too-many@example.com";
const BEYOND_KNOWN = "too-much@example.com";

type Ask = (deps: Dependencies, email: string) => Promise<unknown>;
/** Each makes what its operation needs, once. */
const operations: Readonly<Record<string, (domain: Domain) => Promise<Ask>>> = {
  forgotPassword: async (domain) => (deps, email) => requestReset(deps, domain.at(), email, null),
  startMailLogin: async (domain) => (deps, email) =>
    startMailLogin(deps, domain.at(), email, null, []),
  signup: async (domain) => (deps, email) => {
    const asked = { email, password: PASSWORD, locale: null, languages: null };
    return startSignup(deps, domain.at(), asked);
  },
  startEmailChange: async (domain) => {
    const user = await domain.newUser();
    const { session } = await logInByCookie(domain, user);
    const asking = { user, session, languages: null };
    return (deps, email) => startEmailChange(deps, domain.at(), asking, email);
  },
};

test.each(Object.entries(operations))(
  "ET-01 EM-02 EM-10 EM-11 ML-01 RS-10 %s is the same work, whatever the address",
  { ...retryOnBusyMachine, timeout: TIMEOUT_MS },
  async (_, make) => {
    const domain = await openDomain();
    for (const email of [KNOWN, DISABLED, BEYOND_KNOWN]) await domain.newUser(email);
    domain.sql("UPDATE users SET disabled = 1 WHERE email = ?", DISABLED);
    const ask = await make(domain);
    const deps = withoutHashing(domain.deps);
    const few = withFewMails(deps);
    const { known, ...others } = await timesInTurns(
      ROUNDS,
      {
        known: () => ask(deps, KNOWN),
        unknown: () => ask(deps, UNKNOWN),
        disabled: () => ask(deps, DISABLED),
        limited: () => ask(few, BEYOND), // from the second time on
        "known and limited": () => ask(few, BEYOND_KNOWN),
      },
      workClock,
    );
    for (const [name, other] of Object.entries(others))
      expect([name, Math.abs(superiority(other, known) - 0.5)]).toEqual([
        name,
        expect.toSatisfy((distance: number) => distance < LEEWAY),
      ]);
  },
);

/** Hashes and guesses take so long that nothing else would show. */
function withoutHashing(deps: Dependencies): Dependencies {
  return {
    ...deps,
    passwords: { ...deps.passwords, hash: async () => ({ encoded: "not looked at" }) },
    passwordPolicy: { ...deps.passwordPolicy, countGuesses: async () => Number.MAX_VALUE },
  };
}

function withFewMails(deps: Dependencies): Dependencies {
  const few = { count: 1, seconds: 3600 };
  const quotas = { ...deps.quotas, forgot_email: few, signup_email: few, mail_login_email: few };
  return { ...deps, quotas };
}
