import { describe, expect, it } from "vitest";
import { examplesOf } from "../../src/contract/examples.ts";
import { type OperationDescription, problemsOf } from "../../src/contract/operation.ts";
import { operations } from "../../src/contract/operations.ts";
import {
  detailInGeneral,
  detailOf,
  problem,
  problemCodes,
  problemSlug,
} from "../../src/contract/problems.ts";

const definitions = problemCodes.map(problem);
const described: readonly OperationDescription[] = Object.values(operations);

describe.each(definitions)("$code", ({ code, status, type, title, remedy, schema }) => {
  const example: Record<string, unknown> = Object(examplesOf(schema)[0]);
  const detail = detailOf(code, example);

  it("has its page at its code with hyphens", () => {
    expect(type).toBe(`/problems/${code.replaceAll("_", "-")}`);
    expect(type).toBe(`/problems/${problemSlug(code)}`);
    expect(type).toMatch(/^\/problems\/[a-z]+(-[a-z]+)*$/);
  });

  it("has an example with every member of RFC 9457 it promises", () => {
    expect(schema.safeParse(example).error).toBeUndefined();
    expect(example).toMatchObject({ type, title, status, detail, code });
  });

  it("HD-04 says nothing but what the catalogue says", () => {
    for (const field of ["type", "title", "detail", "code"])
      expect(schema.safeParse({ ...example, [field]: "Error: ENOENT" }).success).toBe(false);
    expect(schema.safeParse({ ...example, status: status + 1 }).success).toBe(false);
    expect(schema.safeParse({ ...example, stack: "at main.ts:1" }).success).toBe(false);
  });

  it("tells a person what to do, in sentences", () => {
    for (const sentence of [detail, remedy]) expect(sentence).toMatch(/^[A-Z].*\.$/);
    expect(title).toMatch(/^[A-Z].*[^.]$/);
  });
});

describe("the catalogue", () => {
  it("has one title for each code", () => {
    expect(new Set(definitions.map(({ title }) => title)).size).toBe(problemCodes.length);
  });

  it("repeats of a request only its origin, and no sentence for people has a place left open", () => {
    const places = definitions.flatMap(({ detail }) => detail.match(/\{\w+\}/g) ?? []);
    expect(places).toEqual(["{origin}"]);
    for (const code of problemCodes) expect(detailInGeneral(code)).not.toMatch(/[{}]/);
    expect(detailInGeneral("origin_not_allowed")).toContain("The origin `…` may change nothing");
  });

  it("is used up by the operations, but for the method a path does not have", () => {
    const answered = new Set(described.flatMap(problemsOf));
    expect(problemCodes.filter((code) => !answered.has(code))).toEqual(["method_not_allowed"]);
  });
});

describe("the problems of an operation", () => {
  it("follow from how it is guarded, what it takes and what it does", () => {
    expect(problemsOf(operations.signup)).toEqual([
      "weak_password",
      "email_taken",
      "signup_closed",
      "validation_failed",
      "invalid_json",
      "payload_too_large",
      "unsupported_media_type",
      "unsupported_content_encoding",
      "origin_not_allowed",
      "csrf_rejected",
      "rate_limited",
      "internal_error",
      "overloaded",
    ]);
    expect(problemsOf(operations.getUser)).toEqual([
      "not_found",
      "validation_failed",
      "unauthenticated",
      "second_factor_enrolment_required",
      "forbidden",
      "internal_error",
      "overloaded",
    ]);
    expect(problemsOf(operations.getHealth)).toEqual([]);
  });

  it("hold no sign-in where signing in is optional", () => {
    expect(problemsOf(operations.logout)).not.toContain("unauthenticated");
  });
});
