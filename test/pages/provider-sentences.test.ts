import { beforeEach, describe, expect, test } from "vitest";
import { operations } from "../../src/contract/operations.ts";
import { problem, type ProblemCode } from "../../src/contract/problems.ts";
import { chooseLanguage, learnWords } from "../../src/pages/browser/kit/words.ts";
import { finalSentence } from "../../src/pages/browser/links/provider-sentences.ts";
import { kit as deKit } from "../../src/pages/messages/de/kit.ts";
import { links as deLinks } from "../../src/pages/messages/de/links.ts";
import { kit as enKit } from "../../src/pages/messages/en/kit.ts";
import { links as enLinks } from "../../src/pages/messages/en/links.ts";

const { completeProviderLogin, completeProviderLink } = operations;
const own = [...new Set([...completeProviderLogin.problems, ...completeProviderLink.problems])];

describe.each([
  { language: "en", words: [enKit, enLinks], cancelled: "cancelled", lie: "not believed" },
  { language: "de", words: [deKit, deLinks], cancelled: "abgebrochen", lie: "nicht geglaubt" },
])("in $language", ({ language, words, cancelled, lie }) => {
  beforeEach(() => {
    chooseLanguage([language]);
    learnWords(...words);
  });

  test.each(own)("a page that a provider leads back to has words for %s", (code) => {
    const says = finalSentence("Nordlys ID", documentOf(code));
    expect(says).toMatch(/[.]$/);
    expect(says).not.toContain(code);
    expect(says).not.toContain("{");
  });

  test("a person who cancelled, and a provider that lies, are told of in different words", () => {
    const said = ["denied", "invalid_answer"].map((reason) =>
      finalSentence("Nordlys ID", { code: "provider_denied", reason }),
    );
    expect(said[0]).toContain(cancelled);
    expect(said[1]).toContain(lie);
  });

  test.each(["overloaded", "rate_limited", "internal_error"] as const)(
    "%s may be tried again with the same answer",
    (code) => {
      expect(finalSentence("Nordlys ID", documentOf(code))).toBeUndefined();
    },
  );
});

/** The document as the contract's example has it. */
function documentOf(code: ProblemCode) {
  return { code, ...problem(code).exampleFields };
}
