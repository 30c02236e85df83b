/** The order of the checks, and what an operation declares of them. Each check is met by attacks of its own elsewhere. */
import { expect, test } from "vitest";
import { type OperationDescription, problemsOf } from "../../src/contract/operation.ts";
import { operations } from "../../src/contract/operations.ts";
import type { ProblemCode } from "../../src/contract/problems.ts";
import type { Check } from "../../src/routes/checks/check.ts";
import { checks, checksOf } from "../../src/routes/checks/checks.ts";
import { TAKES_OWN_LIMITS } from "../../src/routes/handler.ts";
import { openDomain } from "../support/domain.ts";
import { judgedOf } from "../support/judged.ts";

const all: readonly OperationDescription[] = Object.values(operations);
const concerned = (operation: OperationDescription) =>
  checks.filter((check: Check) => check.concerns(operation));

test("the checks are asked in the order that was decided", () => {
  expect(checks.map(({ name }) => name)).toEqual([
    "switched-off",
    "draining",
    "cross-site",
    "scraper",
    "identify",
    "csrf",
    "role",
    "enrolled",
    "recent",
    "media-type",
    "validation",
    "recent-for-body",
    "limits",
  ]);
});

test.each(all.map((operation) => [operation.operationId, operation] as const))(
  "%s declares the problems of its checks, and its checks refuse with what it declares",
  (id, operation) => {
    const refusals = new Set<ProblemCode>(
      concerned(operation).flatMap((check: Check) => check.problems),
    );
    // Without a body there is no malformed JSON.
    if (operation.request.body === undefined) refusals.delete("invalid_json");
    // Where signing in is optional, a check finds the caller and refuses nobody.
    if (operation.security.optional && !operation.security.scrapersOnly)
      refusals.delete("unauthenticated");
    if (id === TAKES_OWN_LIMITS) refusals.add("rate_limited");
    // The server's own, whatever the operation: what it reads and what it throws.
    const ofServer: readonly ProblemCode[] = ["payload_too_large", "internal_error"];
    const declared = problemsOf(operation).filter((code) => !ofServer.includes(code));
    expect(new Set([...operation.problems, ...refusals])).toEqual(new Set(declared));
  },
);

test("every check concerns some operation", () => {
  for (const { name, concerns } of checks) expect([name, all.some(concerns)]).toEqual([name, true]);
});

test("CF-07 once shutdown has begun, nothing else is said of a request", async () => {
  const { deps } = await openDomain();
  const headers = { origin: "https://elsewhere.example.com" };
  const request = new Request("https://auth.example.com/logout", { method: "POST", headers });
  const refusalOf = (isDraining: boolean) =>
    checksOf(operations.logout)(
      judgedOf(operations.logout, request, { deps, isDraining: () => isDraining }),
    );
  expect(await refusalOf(true)).toMatchObject({ problem: "overloaded", cause: "stopping" });
  expect(await refusalOf(false)).toEqual({
    problem: "origin_not_allowed",
    origin: "https://elsewhere.example.com",
  });
});
