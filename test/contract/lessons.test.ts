/** A client learns of a login from `learns` alone: an operation that forgets to say so would leave it with what is dead. */
import { expect, test } from "vitest";
import { z } from "zod";
import type { OperationDescription } from "../../src/contract/operation.ts";
import { operations } from "../../src/contract/operations.ts";

const all: readonly OperationDescription[] = Object.values(operations);

/** The names in the bodies of its successes. */
function fieldsOf({ responses }: OperationDescription): string[] {
  return Object.values(responses).flatMap(({ body }) =>
    body instanceof z.ZodObject ? Object.keys(body.shape) : [],
  );
}
const idsOf = (found: readonly OperationDescription[]) =>
  found.map(({ operationId }) => operationId);
const learning = (lesson: OperationDescription["learns"]) =>
  idsOf(all.filter(({ learns }) => learns === lesson));

test.each([
  ["csrfToken", ["csrfToken"]],
  ["tokens", ["accessToken", "refreshToken"]],
] as const)(
  "%s is learnt from every operation whose answer brings it, and from no other",
  (lesson, names) => {
    const bringing = all.filter((operation) =>
      names.every((name) => fieldsOf(operation).includes(name)),
    );
    expect(bringing.length).toBeGreaterThan(0);
    expect(learning(lesson)).toEqual(idsOf(bringing));
  },
);

test("signedOut is learnt from the operations by which a person signs out", () => {
  expect(learning("signedOut")).toEqual(["logout", "tokenRevoke"]);
});
