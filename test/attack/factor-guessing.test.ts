/** Guessing: somebody who knows the password, with a hundred addresses, an hour and ten thousand tries. */
import { expect, test } from "vitest";
import { login } from "../../src/domain/login.ts";
import { type Finish, finishTokenLogin } from "../../src/domain/pending-logins.ts";
import type { Dependencies } from "../../src/domain/ports/dependencies.ts";
import type { Occasion } from "../../src/domain/ports/events.ts";
import { NOW } from "../support/clock.ts";
import { PASSWORD } from "../support/credentials.ts";
import { openDomain, occasionAt } from "../support/domain.ts";
import { logInByCookie, sessionIds, storedEvents } from "../support/logins.ts";
import { lastMailTo, waitingMails } from "../support/outbox.ts";
import { addTotp } from "../support/second-factors.ts";

const HOUR_MS = 3_600_000;
const GUESSES = 10_000;
const ADDRESSES = 100;
/** Tries of one half-login. */
const TRIES = 5;
/** Ten at once, then a lock of 15 minutes, of 30 and of 60: three times ten in an hour. */
const COMPARED = 30;

test("MF-06 MF-14 of 10,000 guesses from 100 addresses over an hour 30 are compared, right ones in between let nobody in, and the owner is told", async () => {
  const domain = await openDomain(undefined, {}, true);
  const user = await domain.newUser();
  const owner = await logInByCookie(domain, user);
  const { app } = await addTotp(domain.deps, owner);
  const sent = waitingMails(domain).length;

  let compared = 0;
  let lockedUntil = 0;
  const { storage } = domain.deps;
  const deps: Dependencies = {
    ...domain.deps,
    storage: {
      ...storage,
      factorLocks: {
        ...storage.factorLocks,
        async countTry(...given) {
          const outcome = await storage.factorLocks.countTry(...given);
          if (typeof outcome === "object" && "lockedUntil" in outcome) ({ lockedUntil } = outcome);
          return outcome;
        },
      },
      factors: {
        ...storage.factors,
        findTotpSecret(userId) {
          compared += 1;
          return storage.factors.findTotpSecret(userId);
        },
      },
    },
  };
  const occasionOf = (guess: number): Occasion => ({
    ...occasionAt(NOW + Math.floor((guess * HOUR_MS) / GUESSES)),
    ip: `198.51.100.${guess % ADDRESSES}`,
  });
  const begin = async (occasion: Occasion): Promise<string> => {
    const client = { ip: occasion.ip ?? "", userAgent: null };
    const attempt = { email: user.email, password: PASSWORD, client, device: undefined };
    const outcome = await login(deps, occasion, attempt, undefined);
    if (outcome.kind !== "pending") throw new Error(`Expected a half-login, got ${outcome.kind}`);
    return outcome.loginToken;
  };

  const answers = new Set<string>();
  let rightOnes = 0;
  let loginToken = "";
  for (let guess = 0; guess < GUESSES; guess += 1) {
    const occasion = occasionOf(guess);
    if (guess % TRIES === 0) loginToken = await begin(occasion);
    // As long as a lock is on, the guesser is lucky every time.
    const isLocked = occasion.now < lockedUntil;
    if (isLocked) rightOnes += 1;
    const code = isLocked ? app.codeAt(occasion.now) : app.wrongAt(occasion.now);
    const step: Finish["step"] = { method: "totp", code };
    const client = { ip: occasion.ip ?? "", userAgent: null };
    const finish = { loginToken, step, client, deviceSecrets: [] };
    answers.add(JSON.stringify(await finishTokenLogin(deps, occasion, finish)));
  }

  expect([...answers]).toEqual([JSON.stringify({ failure: "invalid_second_factor" })]);
  expect(compared).toBe(COMPARED);
  expect(rightOnes).toBeGreaterThan(9_000);
  expect(sessionIds(domain)).toEqual([owner.session.id]);
  expect(storedEvents(domain, "second_factors_locked")).toHaveLength(3);
  expect(waitingMails(domain)).toHaveLength(sent + 6); // at the third wrong one, and at the lock, of each ten
  expect(lastMailTo(domain, user.email).subject).toContain("know your password");
}, 120_000);
