/** In which of the languages there are a mail is written. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { chooseLocale } from "../../src/mails/language.ts";

const AVAILABLE = ["de", "en", "pt-BR", "zh-Hant"];
const choose = (locale: string | null, languages: string | null) =>
  chooseLocale(AVAILABLE, { locale, languages }, "en");

test.each([
  ["de", "en", "de"],
  ["de-AT", null, "de"],
  ["DE-at", null, "de"],
  ["fr", "de", "de"],
  ["fr", null, "en"],
  ["", "de", "de"],
  ["no language at all", "de", "de"],
])(
  "an account's language %j comes before what the request accepts, %j: %s",
  (locale, languages, chosen) => {
    expect(choose(locale, languages)).toBe(chosen);
  },
);

test.each([
  [null, "en"],
  ["", "en"],
  ["de", "de"],
  ["de-CH, de;q=0.9, en;q=0.8", "de"],
  ["en;q=0.4, de;q=0.7", "de"],
  ["fr, de;q=0.1", "de"],
  ["de;q=0, fr", "en"],
  ["de;q=0.000, en;q=0.001", "en"],
  ["*", "en"],
  ["*, de;q=0.5", "de"],
  ["PT-br", "pt-BR"],
  ["pt-BR-x-private", "pt-BR"],
  ["pt", "en"], // RFC 4647 §3.4: a lookup makes a range shorter, never longer
  ["zh-Hant-CN-x-private1-private2", "zh-Hant"], // §3.4's own example
  ["de ; Q=0.3 , en ; q=0.2", "de"],
])(
  "of what a request accepts, %j, the most welcome language there is is %s",
  (languages, chosen) => {
    expect(choose(null, languages)).toBe(chosen);
  },
);

test.each([
  ["de;q=2"],
  ["de;q=-1"],
  ["de;q=1.5"],
  ["de;q=0.1234"],
  ["de;q"],
  ["de;;q=1"],
  ["de;q=1;level=1"],
  ["-de"],
  ["de-"],
  ["d_e"],
  ["../../de"],
  ["{link}"],
  ["toolonglanguage"],
  ["\u0000de"],
])("a range that is none, %j, is passed over", (languages) => {
  expect(choose(null, languages)).toBe("en");
  expect(choose(null, `${languages},de;q=0.1`)).toBe("de");
});

test("MT-05 no more than 256 characters and ten ranges of an Accept-Language are read, and no range by half", () => {
  expect(choose(null, `${"fr,".repeat(9)}de`)).toBe("de");
  expect(choose(null, `${"fr,".repeat(10)}de`)).toBe("en");
  const padded = (length: number) => `${" ".repeat(length - 2)}de`;
  expect(choose(null, padded(256))).toBe("de");
  expect(choose(null, padded(257))).toBe("en");
  expect(choose(null, `fr,${" ".repeat(251)}de-AT`)).toBe("en"); // cut, it would be `de`
});

test("MT-05 whatever an Accept-Language says, the mail is in a language there is, and soon", () => {
  const pieces = fc.constantFrom("de", "en", "*", "-", ";", "q", "=", "0.5", ",", " ", "\t", "x");
  const header = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.array(pieces, { maxLength: 400 }).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(header, fc.option(header), (languages, locale) => {
      expect(AVAILABLE).toContain(choose(locale, languages));
    }),
  );
  const hostile = [";", ",", "a-", "q=", " ", "de;q=0."].map((piece) => piece.repeat(100_000));
  const startedAt = performance.now();
  for (const languages of hostile) choose(null, languages);
  expect(performance.now() - startedAt).toBeLessThan(200);
});
