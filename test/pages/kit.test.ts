/** The kit's logic: failures, paths, dates, hints. */
import { beforeEach, describe, expect, test, vi } from "vitest";
import { agoOf, dateTimeOf, dayOf } from "../../src/pages/browser/kit/dates.ts";
import { failureOf } from "../../src/pages/browser/kit/failure.ts";
import { matchPath, withoutMount } from "../../src/pages/browser/kit/route.ts";
import { strengthOf } from "../../src/pages/browser/kit/strength.ts";
import { chooseLanguage, learnWords } from "../../src/pages/browser/kit/words.ts";
import { pathOf } from "../../src/pages/browser/parts/qr-path.ts";
import { kit as de } from "../../src/pages/messages/de/kit.ts";
import { kit as en } from "../../src/pages/messages/en/kit.ts";

beforeEach(() => {
  chooseLanguage(["en-GB"]);
  learnWords(en);
});

const known = { title: "Title", detail: "Detail.", requestId: "0193" };

describe("a failure", () => {
  test("of a field is told beside it, and of a field that is not shown in general", () => {
    const issues = [
      { path: ["email"], code: "invalid_format", message: "Must be an e-mail address" },
      { path: ["name"], code: "too_big", message: "Must have at most 64 characters" },
      { path: ["token"], code: "too_big", message: "Too long" },
    ];
    const problem = { ...known, code: "validation_failed", issues };
    expect(failureOf({ ok: false, problem }, ["email", "name"])).toMatchObject({
      says: undefined,
      fields: { email: en.emailWrong, name: "Must have at most 64 characters." },
    });
    expect(failureOf({ ok: false, problem }, [])).toMatchObject({
      says: en.problem_validation_failed,
      fields: {},
    });
  });

  test("in another language than the server's is told in the page's own words", () => {
    chooseLanguage(["de"]);
    learnWords(de);
    const issues = [{ path: ["name"], code: "too_big", message: "Must be shorter" }];
    const problem = { ...known, code: "validation_failed", issues };
    expect(failureOf({ ok: false, problem }, ["name"])?.fields).toEqual({ name: de.issue_long });
  });

  test("of a weak password is told with the bounds of the answer", () => {
    const reasons = ["too_short", "too_common", "of_a_newer_server"];
    const problem = { ...known, code: "weak_password", reasons, minLength: 20, maxLength: 256 };
    expect(failureOf({ ok: false, problem }, ["email", "password"])?.fields).toEqual({
      password: `It must have at least 20 characters. ${en.weak_too_common} ${en.problem_weak_password}`,
    });
  });

  test("that this page does not know is told in the server's words", () => {
    const problem = { ...known, code: "of_a_newer_server", retryAfterSeconds: 12 };
    expect(failureOf({ ok: false, problem })).toMatchObject({
      says: "Title. Detail.",
      waitSeconds: 12,
    });
  });

  test("of the server's own names the request", () => {
    const problem = { ...known, code: "internal_error" };
    expect(failureOf({ ok: false, problem })?.says).toMatch(/: 0193$/);
  });

  test("without an answer says what happened; one that the page gave up says nothing", () => {
    const says = (failure: string, response?: { status: number }) =>
      failureOf({ ok: false, failure, response })?.says;
    expect(says("timeout")).toBe(en.timeout);
    expect(says("unexpected_answer", { status: 502 })).toBe(en.unreachable);
    expect(says("unexpected_answer", { status: 200 })).toBe(en.unexpected);
    expect(says("cancelled")).toBe(en.passkey_cancelled);
    expect(failureOf({ ok: false, failure: "aborted" })).toBeNull();
  });
});

test("a path fits a pattern whole, and gives its parameters decoded", () => {
  expect(matchPath("/admin/users/:userId", "/admin/users/a%20b")).toEqual({ userId: "a b" });
  expect(matchPath("/account", "/account/")).toEqual({});
  for (const path of ["/admin/users", "/admin/users/", "/admin/users/a/b", "/admin/users/%zz"])
    expect(matchPath("/admin/users/:userId", path), path).toBeUndefined();
});

test("a path beneath another mount path is none of ours", () => {
  expect(withoutMount("", "/reset")).toBe("/reset");
  expect(withoutMount("/auth", "/auth/reset")).toBe("/reset");
  expect(withoutMount("/auth", "/authority/reset")).toBeUndefined();
});

test("days are those of the reader's calendar, and distances have one unit", () => {
  const now = new Date(2026, 10, 28, 0, 30);
  expect(dayOf(new Date(2026, 10, 28, 0, 5), now)).toBe("today, 00:05");
  expect(dayOf(new Date(2026, 10, 27, 23, 50), now)).toBe("yesterday, 23:50");
  expect(dayOf(new Date(2026, 4, 12), now)).toBe("12 May 2026");
  expect(agoOf(new Date(2026, 7, 28), now)).toBe("3 months ago");
  expect(agoOf(new Date(2026, 10, 28, 0, 29, 50), now)).toBe("now");
});

test("PG-10 a list of a thousand times makes their format once, and another language's anew", () => {
  const made = vi.spyOn(Intl, "DateTimeFormat");
  const at = new Date(2026, 4, 12, 9, 41);
  for (let row = 0; row < 1_000; row += 1) dateTimeOf(at);
  expect(dateTimeOf(at)).toBe("12 May 2026, 09:41");
  expect(made).toHaveBeenCalledTimes(1);
  chooseLanguage(["de"]);
  expect(dateTimeOf(at)).toBe("12.05.2026, 09:41");
  expect(made).toHaveBeenCalledTimes(2);
  made.mockRestore();
});

test("PW-04 the hint counts code points, and praises no repetition", () => {
  expect(strengthOf("", 15)).toBeUndefined();
  expect(strengthOf("🌊🐴🎈", 15)).toMatchObject({ says: "missing", missing: 12 });
  expect(strengthOf("a".repeat(40), 15)?.says).toBe("regular");
  expect(strengthOf("abcdefghijklmnopqrstuvwxyz", 15)?.says).toBe("regular");
  expect(strengthOf("four clear words", 15)?.says).toBe("enough");
  expect(strengthOf("four clear words of my own making", 15)?.says).toBe("good");
});

test("a QR code is one path, a run of dark modules a piece of it", () => {
  expect(
    pathOf([
      [true, true, false],
      [false, false, true],
    ]),
  ).toBe("M0 0h2v1h-2zM2 1h1v1h-1z");
});
