/** A mail that lacks what its kind tells, or tells more, does not compile. */
import { expect, test } from "vitest";
import type { MailField, MailMessage } from "../../src/contract/mails.ts";
import { createWording, type Wording } from "../../src/mails/values.ts";

test("a message has the fields of its kind, and a field has words", () => {
  // @ts-expect-error: the link is missing
  const without: MailMessage = { kind: "password_reset_link", validFor: 60 };
  // @ts-expect-error: that kind has no code
  const more: MailMessage = { kind: "password_changed", when: 0, where: null, code: "12345678" };
  // @ts-expect-error: there is no such kind
  const other: MailMessage = { kind: "newsletter" };
  const { code: _code, ...rest } = createWording("en");
  // @ts-expect-error: a field without words
  const wording: Wording = rest;
  const field: MailField = "code";
  expect([without, more, other, wording, field]).toHaveLength(5);
});
