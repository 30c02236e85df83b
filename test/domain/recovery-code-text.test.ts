/** Recovery codes as text, and as people copy them. */
import { describe, expect, test } from "vitest";
import { newRecoveryCode, normalRecoveryCode } from "../../src/domain/recovery-code-text.ts";

const CODE = "0123-4567-89AB-CDEF-GHJK-MNPQ";

describe("a new recovery code", () => {
  const codes = Array.from({ length: 5000 }, newRecoveryCode);

  test("has six groups of four characters, none of them I, L, O or U", () => {
    for (const code of codes)
      expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$/);
  });

  test("has 120 bits: each of 32 characters comes at each of 24 places about as often, and no code twice", () => {
    expect(new Set(codes).size).toBe(codes.length);
    const bare = codes.map((code) => code.replaceAll("-", ""));
    for (let place = 0; place < 24; place += 1) {
      const times = new Map<string, number>();
      for (const code of bare) {
        const character = code.charAt(place);
        times.set(character, (times.get(character) ?? 0) + 1);
      }
      expect(times.size).toBe(32);
      // 156 each, by chance give or take 12: seven times that is never chance.
      for (const count of times.values()) expect(Math.abs(count - 5000 / 32)).toBeLessThan(87);
    }
  });

  test("is read as it is", () => {
    for (const code of codes) expect(normalRecoveryCode(code)).toBe(code);
  });
});

describe("a recovery code is read", () => {
  test.each([
    ["in lower case", CODE.toLowerCase()],
    ["without hyphens", CODE.replaceAll("-", "")],
    ["with spaces for hyphens", CODE.replaceAll("-", " ")],
    ["with hyphens elsewhere", "01-23456789-ABCDEFG-HJKMNPQ"],
    ["with the white space of a copy", `\t${CODE.replaceAll("-", "\u00a0")}\r\n`],
    ["with O for 0, and I and L for 1", "OI23-4567-89AB-CDEF-GHJK-MNPQ"],
    ["with o for 0, and i and l for 1", "ol23-4567-89ab-cdef-ghjk-mnpq"],
  ])("%s", (_, text) => {
    expect(normalRecoveryCode(text)).toBe(CODE);
  });

  test("with I and with L for each 1 it has", () => {
    expect(normalRecoveryCode("ilIL-1111-1111-1111-1111-oO00")).toBe(
      "1111-1111-1111-1111-1111-0000",
    );
  });
});

describe("no recovery code", () => {
  test.each([
    ["nothing", ""],
    ["hyphens", "-----"],
    ["a character less", CODE.slice(0, -1)],
    ["a character more", `${CODE}0`],
    ["a U, which is none of the characters", CODE.replace("0", "U")],
    ["a lower u", CODE.replace("0", "u")],
    ["a check sign of Crockford's", CODE.replace("0", "*")],
    ["an underscore", CODE.replace("0", "_")],
    ["a letter that is an S in upper case", CODE.replace("0", "\u017f")],
    ["a letter that is an I in upper case", CODE.replace("0", "\u0131")],
    ["a letter that is two in upper case", CODE.slice(0, -2).concat("\u00df")],
    ["a full-width digit", CODE.replace("0", "\uff10")],
    ["half a character", CODE.replace("0", "\ud835")],
  ])("is %s", (_, text) => {
    expect(normalRecoveryCode(text)).toBeUndefined();
  });
});
