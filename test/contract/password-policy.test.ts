import { describe, expect, it, test } from "vitest";
import {
  weakPasswordReasons,
  WeakPasswordReason,
  weakPasswordSentences,
} from "../../src/contract/password-policy.ts";

const sentences = weakPasswordSentences({ minLength: 20, maxLength: 64 });

test("a reason for the length names the bounds of the deployment", () => {
  expect(sentences.too_short).toBe("It must have at least 20 characters.");
  expect(sentences.too_long).toBe("It must have at most 64 characters.");
});

describe.each(WeakPasswordReason.options)("%s", (reason) => {
  it("is told in one sentence without placeholders", () => {
    expect(sentences[reason]).toMatch(/^[A-Z][^{}.]+\.$/);
  });

  it("has no number of its own in the catalogue", () => {
    expect(weakPasswordReasons[reason]).not.toMatch(/\d/);
  });
});
