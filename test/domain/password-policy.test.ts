import { expect, test } from "vitest";
import { findWeaknesses } from "../../src/domain/password-policy.ts";
import type { PasswordPolicy } from "../../src/domain/ports/passwords.ts";
import { isCommonPassword } from "../../src/platform/common-passwords.ts";

const policy: PasswordPolicy = { minLength: 8, maxLength: 256, isCommon: isCommonPassword };
const weaknesses = (password: string, email = "ada.lovelace@example.com") =>
  findWeaknesses(password, email, policy);

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
  ["the name of the service", "portcullis"],
  ["the name of the service with a tail", "Portcullis123"],
  ["full-width letters", "ａｄａ.ｌｏｖｅｌａｃｅ"],
])("PW-07 %s is refused as the password", (_, password) => {
  expect(weaknesses(password)).toContain("contains_identifier");
});

test("PW-07 a long passphrase may mention a name, and a short local part forbids nothing", () => {
  expect(weaknesses("ada.lovelace wrote the first program")).toEqual([]);
  expect(weaknesses("almost anything", "al@example.com")).toEqual([]);
});

test("every reason against a password is given at once", () => {
  expect(findWeaknesses("password", "password@example.com", { ...policy, minLength: 15 })).toEqual([
    "too_short",
    "too_common",
    "contains_identifier",
  ]);
});
