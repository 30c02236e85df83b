/** Of refusals that arrive at once, before any has been told, one is told. The way through HTTP is in test/attack/refusals.test.ts. */
import { expect, test } from "vitest";
import { takeLimitsBeside, type ToldTake } from "../../src/domain/limits.ts";
import type { Dependencies } from "../../src/domain/ports/dependencies.ts";
import type { Occasion } from "../../src/domain/ports/events.ts";
import { recordCsrfRejection, recordDenial } from "../../src/domain/refusals.ts";
import { storedEvents } from "../support/logins.ts";
import { CLIENT, openDomain } from "../support/domain.ts";

/** Takes the limits of a login, with nothing to look for beside. */
async function takeAlone(deps: Dependencies, occasion: Occasion, takes: readonly ToldTake[]) {
  const taken = await takeLimitsBeside(deps, occasion, "login", takes, async () => undefined);
  await taken.durable;
  return taken.outcome;
}

const atOnce = <T>(work: () => Promise<T>) => Promise.all(Array.from({ length: 50 }, work));

test("LA-01 of 50 refusals at once by one limit, or for one reason, each that is told is told once", async () => {
  const domain = await openDomain();
  const user = await domain.newUser();
  const quotas = { ...domain.deps.quotas, login_email: { count: 1, seconds: 60 } };
  const takes = [{ rule: "login_email", key: "email", subject: user.email }] as const;
  const deps = { ...domain.deps, quotas };
  const outcomes = await atOnce(() => takeAlone(deps, domain.at(), takes));
  expect(outcomes.filter((outcome) => outcome === "allowed")).toHaveLength(1);
  await atOnce(() =>
    recordCsrfRejection(domain.deps, domain.at(), { operation: "login", reason: "cross_site" }),
  );
  await atOnce(() =>
    recordDenial(domain.deps, domain.at(), { userId: user.id, operation: "listUsers" }),
  );
  const names = ["rate_limited", "csrf_rejected", "authorization_denied"];
  expect(storedEvents(domain, ...names).map(({ event }) => event)).toEqual(names);
  expect(domain.printed.filter(({ event }) => names.includes(event))).toHaveLength(3);
});

test("RL-03 a login refused by e-mail counts for the address it came from", async () => {
  const domain = await openDomain();
  const quotas = {
    ...domain.deps.quotas,
    login_email: { count: 1, seconds: 60 },
    login_ip: { count: 3, seconds: 60 },
  };
  const refusedBy = async (email: string) => {
    const outcome = await takeAlone({ ...domain.deps, quotas }, domain.at(), [
      { rule: "login_ip", key: "ip", subject: CLIENT.ip },
      { rule: "login_email", key: "email", subject: email },
    ]);
    return outcome === "allowed" ? outcome : outcome.limited.rule;
  };
  const flood = ["one", "one", "one", "one", "another"];
  const refusals: string[] = [];
  for (const name of flood) refusals.push(await refusedBy(`${name}@example.com`));
  expect(refusals).toEqual(["allowed", "login_email", "login_email", "login_ip", "login_ip"]);
});
