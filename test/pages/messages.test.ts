/** Words of the pages, in every language. */
import { readdir } from "node:fs/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { passwordRule, weakPasswordSentences } from "../../src/contract/password-policy.ts";
import { problemCodes } from "../../src/contract/problems.ts";
import {
  chooseLanguage,
  learnWords,
  say,
  sayIfKnown,
  sayParts,
} from "../../src/pages/browser/kit/words.ts";
import { kit as en } from "../../src/pages/messages/en/kit.ts";
import type { Messages } from "../../src/pages/messages/scheme.ts";

const folder = new URL("../../src/pages/messages/", import.meta.url);
const languages = ["en", "de"] as const;

async function messagesOf(language: string): Promise<Map<string, Messages>> {
  const names = (await readdir(new URL(`${language}/`, folder))).sort();
  const found = new Map<string, Messages>();
  for (const name of names) {
    const module = (await import(new URL(`${language}/${name}`, folder).href)) as Messages;
    found.set(name, Object.assign({}, ...Object.values(module)) as Messages); // each exports its own
  }
  return found;
}

/** Codes that a page's own requests do not meet: the faults of a program. They are told in the problem's own words. */
const ofPrograms = [
  "invalid_json",
  "invalid_refresh_token",
  "method_not_allowed",
  "origin_not_allowed",
  "payload_too_large",
  "unsupported_content_encoding",
  "unsupported_media_type",
];

describe.each(languages)("%s", (language) => {
  let files: Map<string, Messages>;
  beforeAll(async () => {
    files = await messagesOf(language);
    chooseLanguage([language]);
    learnWords(...files.values());
  });

  test("no application has a key of the kit, which it would put out of use", () => {
    const { "kit.ts": kit = {}, ...others } = Object.fromEntries(files);
    for (const [name, messages] of Object.entries(others))
      expect(
        Object.keys(messages).filter((key) => key in kit),
        name,
      ).toEqual([]);
  });

  test("each message has words, and no place that stays open", () => {
    for (const [name, messages] of files)
      for (const [key, message] of Object.entries(messages))
        for (const text of typeof message === "string" ? [message] : Object.values(message)) {
          expect(text.trim(), `${name} ${key}`).not.toBe("");
          expect(text.replaceAll(/\{\w+\}/g, ""), `${name} ${key}`).not.toMatch(/[{}]/);
        }
  });

  test.each(problemCodes.filter((code) => !ofPrograms.includes(code)))(
    "a person is told of %s in words",
    (code) => {
      const says = sayIfKnown(`problem_${code}`, {});
      expect(says).toMatch(/[.]$/);
      expect(says).not.toContain(code);
    },
  );

  test.each(Object.keys(weakPasswordSentences({ minLength: 15, maxLength: 256 })))(
    "a person is told why a password is %s",
    (reason) => {
      expect(sayIfKnown(`weak_${reason}`, { min: 15, max: 256 })).toMatch(/[.]$/);
    },
  );
});

test("in English the rule and the reasons are those of getPasswordPolicy", () => {
  chooseLanguage(["en"]);
  learnWords(en);
  const bounds = { minLength: 20, maxLength: 256 };
  expect(say("passwordRule", { min: 20, max: 256 })).toBe(passwordRule(bounds));
  for (const [reason, sentence] of Object.entries(weakPasswordSentences(bounds)))
    expect(sayIfKnown(`weak_${reason}`, { min: 20, max: 256 })).toBe(sentence);
});

test("the first of the reader's languages that there is counts, whatever its region", () => {
  expect(chooseLanguage(["fr-CA", "de-AT", "en"])).toBe("de");
  expect(chooseLanguage(["den", "EN-gb"])).toBe("en");
  expect(chooseLanguage(["fr"])).toBe("en");
});

test("a message counts, and takes elements at its places", () => {
  chooseLanguage(["en"]);
  learnWords(en);
  expect(say("waitSeconds", { count: 1 })).toBe("Try again in 1 second.");
  expect(say("waitSeconds", { count: 12 })).toBe("Try again in 12 seconds.");
  const link = { element: "a" };
  expect(sayParts("reference", { requestId: link })).toEqual([
    "For whoever runs this service: ",
    link,
    "",
  ]);
});
