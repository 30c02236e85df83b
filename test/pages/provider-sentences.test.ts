import { expect, test } from "vitest";
import { operations } from "../../src/contract/operations.ts";
import { problem, type ProblemCode } from "../../src/contract/problems.ts";
import type { Problem } from "../../src/pages/browser/problem.ts";
import { finalSentence } from "../../src/pages/browser/provider-sentences.ts";

const { completeProviderLogin, completeProviderLink } = operations;
const own = [...new Set([...completeProviderLogin.problems, ...completeProviderLink.problems])];

/** The document as the contract's example has it. */
function documentOf(code: ProblemCode, fields = problem(code).exampleFields): Problem {
  // The fields are the example's, which the catalogue's own test holds to their schemas.
  return { code, detail: "", requestId: "", ...fields } as Problem;
}

test.each(own)("a page that a provider leads back to has words for %s", (code) => {
  const says = finalSentence("Nordlys ID", documentOf(code));
  expect(says).toMatch(/[.]$/);
  expect(says).not.toContain(code);
});

test("a person who cancelled, and a provider that lies, are told of in different words", () => {
  const [denied, lie] = ["denied", "invalid_answer"].map((reason) =>
    finalSentence("Nordlys ID", documentOf("provider_denied", { reason })),
  );
  expect(denied).toContain("cancelled");
  expect(lie).toContain("not believed");
});

test.each(["overloaded", "rate_limited", "internal_error"] as const)(
  "%s may be tried again with the same answer",
  (code) => {
    expect(finalSentence("Nordlys ID", documentOf(code))).toBeUndefined();
  },
);
