import { afterAll, expect, test } from "vitest";
import { findWeaknesses, GUESSES_MIN, isGuessable } from "../../src/domain/password-policy.ts";
import { ADMIN, NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import type { PasswordPolicy } from "../../src/domain/ports/passwords.ts";
import { createGuessCounter } from "../../src/platform/guess-counter.ts";
import { isCommonPassword } from "../../src/platform/common-passwords.ts";

const guesses = createGuessCounter(100);
afterAll(() => guesses.close());
const policy: PasswordPolicy = {
  minLength: 8,
  maxLength: 256,
  serviceName: "Gärtnerei Example & Co",
  isCommon: isCommonPassword,
  countGuesses: guesses.countGuesses,
  isBreached: async () => false,
};
const EMAIL = "ada.lovelace@example.com";
const weaknesses = (password: string, email = EMAIL) => findWeaknesses(password, email, policy);

test.each([
  ["seven letters", "qzjxkvw", ["too_short"]],
  ["eight letters", "qzjxkvwp", []],
  ["seven emoji of fourteen UTF-16 units", "🌊".repeat(7), ["too_short"]],
  ["eight emoji", "🌊".repeat(8), []],
  ["256 characters", "ü".repeat(256), []],
  ["257 characters", "ü".repeat(257), ["too_long"]],
])("PW-04 length is counted in code points: %s", (_, password, expected) => {
  expect(weaknesses(password)).toEqual(expected);
});

test("PW-04 length is counted after normalising, as the password is hashed", () => {
  expect(weaknesses("é".normalize("NFD").repeat(7))).toEqual(["too_short"]);
  expect(weaknesses("ﷺ".repeat(20))).toEqual(["too_long"]); // one character that NFKC makes eighteen
});

test.each([
  "qzjxkvwpqzjxkv",
  "739105826473",
  "        x        ",
  "ALLCAPSANDNOTHING",
  "пароль для входа",
])("PW-05 composition does not matter: %j is accepted", (password) => {
  expect(weaknesses(password)).toEqual([]);
});

test.each(["password", "PASSWORD", "12345678", "iloveyou", "ｐａｓｓｗｏｒｄ"])(
  "PW-06 the common password %j is refused, with the reason",
  (password) => {
    expect(weaknesses(password)).toContain("too_common");
  },
);

test.each([
  ["the address", "ada.lovelace@example.com"],
  ["the address in capitals", "ADA.LOVELACE@EXAMPLE.COM"],
  ["the local part", "ada.lovelace"],
  ["the local part with a tail", "ada.lovelace1815"],
  ["the name of this program", "portcullis"],
  ["the name of this program with a tail", "Portcullis123"],
  ["the name of the service", "gärtnerei example & co"],
  ["the name of the service in one word, with a tail", "GärtnereiExampleCo2026"],
  ["a word of the name of the service", "example2026"],
  ["a word of it, repeated", "example Example example"],
  ["a word of it with an accent of its own", "ga\u0308rtnerei-2026"],
  ["full-width letters", "ａｄａ.ｌｏｖｅｌａｃｅ"],
])("PW-07 %s is refused as the password", (_, password) => {
  expect(weaknesses(password)).toContain("contains_identifier");
});

test("PW-07 a long passphrase may mention a name, and a short local part forbids nothing", () => {
  expect(weaknesses("ada.lovelace wrote the first program")).toEqual([]);
  expect(weaknesses("our example of a long passphrase")).toEqual([]);
  expect(weaknesses("almost anything", "al@example.com")).toEqual([]);
  expect(weaknesses("cocococo")).toEqual([]);
});

test("every reason against a password is given at once", () => {
  expect(findWeaknesses("password", "password@example.com", { ...policy, minLength: 15 })).toEqual([
    "too_short",
    "too_common",
    "contains_identifier",
  ]);
});

test.each([
  "password1234567",
  "123456789012345",
  "qwertyuiopasdfgh",
  "iloveyouiloveyou",
  "aaaaaaaaaaaaaaaa",
  "hunter2hunter2hunter2",
  "P@$$w0rdP@$$w0rd",
  "ｐａｓｓｗｏｒｄ１２３４５６７",
  `${"1".repeat(200)}a`,
])("PW-14 %j, which is long enough and on no list, is found guessable", async (password) => {
  expect(findWeaknesses(password, EMAIL, policy)).toEqual([]);
  expect(await isGuessable(password, EMAIL, policy)).toBe(true);
});

test.each([
  PASSWORD,
  NEW_PASSWORD,
  ADMIN.password,
  "Summer2026!Summer",
  "пароль для входа",
  "qzjxkvwpqzjxkv",
  "739105826473",
  "o3bV0Zt0m1x5n9Qe7yJc2kLr8sWf4aGh6uDiPpXwYzA",
])("PW-14 %j is not", async (password) => {
  expect(await isGuessable(password, EMAIL, policy)).toBe(false);
});

test("PW-14 the account's own address is among the first guesses", async () => {
  const password = "xq7vorsicht12345678901";
  expect(findWeaknesses(password, "xq7vorsicht@example.com", policy)).toEqual([]);
  expect(await isGuessable(password, "xq7vorsicht@example.com", policy)).toBe(true);
  expect(await isGuessable(password, EMAIL, policy)).toBe(false);
});

test("PW-14 the words of the service's name are among the first guesses", async () => {
  const named = { ...policy, serviceName: "Xq7vorsicht Shop" };
  const password = "xq7vorsicht12345678901";
  expect(await isGuessable(password, EMAIL, named)).toBe(true);
  expect(await isGuessable(password, EMAIL, policy)).toBe(false);
});

test("PW-14 the bound is of 10^8 guesses, and the guesses of the first 100 characters count", async () => {
  const counted: string[] = [];
  const counting = (found: number): PasswordPolicy => ({
    ...policy,
    async countGuesses(password) {
      counted.push(password);
      return found;
    },
  });
  expect(await isGuessable("x".repeat(99) + "🌊🌊", EMAIL, counting(GUESSES_MIN - 1))).toBe(true);
  expect(await isGuessable("x", EMAIL, counting(GUESSES_MIN))).toBe(false);
  expect([GUESSES_MIN, counted[0]]).toEqual([100_000_000, "x".repeat(99) + "🌊"]);
});

test.each(["\u0378", "\uFFFF", "\u{1FFFE}", "\u{E0080}", "\uFDD0"])(
  "PW-13 the code point %j, which Unicode may yet give a meaning, is in no password that is chosen",
  (character) => {
    expect(weaknesses(`four clear ${character} words`)).toEqual(["unassigned_character"]);
  },
);
