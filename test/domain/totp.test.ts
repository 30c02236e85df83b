/** The codes of an authenticator app, against RFC 6238 and an implementation that is not ours. */
import { randomBytes, randomInt } from "node:crypto";
import * as otpauth from "otpauth";
import { describe, expect, test } from "vitest";
import { base32Of, newTotpSecret, stepOf, totpUri } from "../../src/domain/totp.ts";
import { NOW } from "../support/clock.ts";

const STEP_MS = 30_000;
const RFC_SECRET = Buffer.from("12345678901234567890");

/** The code that an app shows in `step`, by `otpauth`. */
function shownIn(step: number, secret: Uint8Array): string {
  const key = new otpauth.Secret({ buffer: Uint8Array.from(secret).buffer });
  return new otpauth.TOTP({ secret: key }).generate({ timestamp: step * STEP_MS });
}

/** A secret whose code of now is as wanted. */
function aSecretShowing(isWanted: (shown: string, secret: Uint8Array) => boolean): Uint8Array {
  for (;;) {
    const secret = newTotpSecret();
    if (isWanted(shownIn(NOW / STEP_MS, secret), secret)) return secret;
  }
}

/** Appendix B of RFC 6238, SHA-1: seconds, and the eight digits of which six are shown. */
const vectors = [
  [59, "94287082"],
  [1111111109, "07081804"],
  [1111111111, "14050471"],
  [1234567890, "89005924"],
  [2000000000, "69279037"],
  [20000000000, "65353130"],
] as const;

test.each(vectors)("RFC 6238 appendix B at %d s: the end of %s", (seconds, digits) => {
  expect(stepOf(digits.slice(2), RFC_SECRET, seconds * 1000)).toBe(Math.floor(seconds / 30));
});

test("a thousand codes of another implementation are of the step that it made them for", () => {
  for (let each = 0; each < 1000; each += 1) {
    const secret = newTotpSecret();
    const step = randomInt(2 ** 31);
    const now = (step + randomInt(-1, 2)) * STEP_MS + randomInt(STEP_MS);
    const code = shownIn(step, secret);
    // One in a million is of a later step too.
    if (shownIn(step + 1, secret) === code || shownIn(step + 2, secret) === code) continue;
    expect(stepOf(code, secret, now), `${base32Of(secret)} ${code} ${now}`).toBe(step);
  }
});

describe("MF-03 the step of a code", () => {
  const secret = aSecretShowing((shown, other) => {
    const around = [-3, -2, -1, 1, 2, 3].map((by) => shownIn(NOW / STEP_MS + by, other));
    return new Set([...around, shown]).size === 7;
  });
  const step = NOW / STEP_MS;
  const code = shownIn(step, secret);

  test.each([
    ["while it is shown, from its first millisecond", 0, step],
    ["to its last", STEP_MS - 1, step],
    ["for one step after, from the first millisecond", STEP_MS, step],
    ["to the last", 2 * STEP_MS - 1, step],
    ["a millisecond later no more", 2 * STEP_MS, undefined],
    ["one step early, to the last millisecond", -1, step],
    ["from the first", -STEP_MS, step],
    ["a millisecond earlier not yet", -STEP_MS - 1, undefined],
  ])("is known %s", (_, by, expected) => {
    expect(stepOf(code, secret, NOW + by)).toBe(expected);
  });

  // Found by trying: two steps near each other have one code about once in 500,000.
  test.each([
    ["neighbours, the earlier current", "911617", 910_737, 910_737, 910_738],
    ["neighbours, the later current", "911617", 910_738, 910_737, 910_738],
    ["two with one between, which is current", "468457", 153_568, 153_567, 153_569],
  ])("is the latest of two that have the same code: %s", (_, shown, current, earlier, later) => {
    for (const each of [earlier, later]) expect(shownIn(each, RFC_SECRET)).toBe(shown);
    expect(stepOf(shown, RFC_SECRET, current * STEP_MS)).toBe(later);
  });
});

test("zeros at the start of a code are part of it", () => {
  const secret = aSecretShowing((shown) => shown.startsWith("0"));
  const code = shownIn(NOW / STEP_MS, secret);
  expect(stepOf(code, secret, NOW)).toBe(NOW / STEP_MS);
  expect(stepOf(String(Number(code)), secret, NOW)).toBeUndefined();
});

describe("no code at all, and nothing is thrown", () => {
  const secret = newTotpSecret();
  const code = shownIn(NOW / STEP_MS, secret);

  test.each([
    ["no characters", ""],
    ["five digits", code.slice(1)],
    ["seven digits", `${code}0`],
    ["eight digits", `00${code}`],
    ["a space before", ` ${code}`],
    ["a space in the middle", `${code.slice(0, 3)} ${code.slice(3)}`],
    ["a line after", `${code}\n`],
    ["a line before", `\n${code}`],
    ["a sign", `+${code.slice(1)}`],
    ["a number in hexadecimal", "0x1234"],
    ["a number with an exponent", "1e5000"],
    ["Arabic-Indic digits", inScript(code, 0x0660)],
    ["full-width digits", inScript(code, 0xff10)],
    ["mathematical digits, of two code units each", inScript(code, 0x1d7ce)],
    ["three of these, which are six code units", inScript(code.slice(3), 0x1d7ce)],
    ["half a character", `${code.slice(1)}\ud835`],
  ])("is %s", (_, text) => {
    expect(stepOf(text, secret, NOW)).toBeUndefined();
  });

  test("is any other number of six digits", () => {
    const right = [-1, 0, 1].map((by) => shownIn(NOW / STEP_MS + by, secret));
    for (let each = 0; each < 1000; each += 1) {
      const guess = String(randomInt(1_000_000)).padStart(6, "0");
      if (!right.includes(guess)) expect(stepOf(guess, secret, NOW), guess).toBeUndefined();
    }
  });

  test("is the code of another secret", () => {
    const other = aSecretShowing(
      (shown) => ![-1, 0, 1].map((by) => shownIn(NOW / STEP_MS + by, secret)).includes(shown),
    );
    expect(stepOf(shownIn(NOW / STEP_MS, other), secret, NOW)).toBeUndefined();
  });
});

test("a clock at the epoch, or before it, throws nothing", () => {
  expect(stepOf(shownIn(0, RFC_SECRET), RFC_SECRET, 0)).toBe(0);
  expect(stepOf("000000", RFC_SECRET, -STEP_MS)).toBeUndefined();
});

test("a secret has 160 bits, and none comes twice", () => {
  const secrets = Array.from({ length: 1000 }, newTotpSecret);
  for (const secret of secrets) expect(secret).toHaveLength(20);
  expect(new Set(secrets.map(base32Of)).size).toBe(1000);
});

test.each([
  ["", ""],
  ["f", "MY"],
  ["fo", "MZXQ"],
  ["foo", "MZXW6"],
  ["foob", "MZXW6YQ"],
  ["fooba", "MZXW6YTB"],
  ["foobar", "MZXW6YTBOI"],
])("RFC 4648 §10: base32 of %j is %j, without its padding", (bytes, text) => {
  expect(base32Of(Buffer.from(bytes))).toBe(text);
});

test("base32 of any bytes is what another implementation writes and reads", () => {
  for (let length = 0; length < 100; length += 1) {
    const bytes = Uint8Array.from(randomBytes(length));
    expect(base32Of(bytes)).toBe(new otpauth.Secret({ buffer: bytes.buffer }).base32);
    expect(otpauth.Secret.fromBase32(base32Of(bytes)).bytes).toEqual(bytes);
  }
});

describe("the URI for an app", () => {
  test("is an issuer, an account and a secret, and leaves out what every app takes for granted", () => {
    expect(totpUri({ issuer: "Example", account: "ada@example.com", secret: RFC_SECRET })).toBe(
      "otpauth://totp/Example:ada%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Example",
    );
  });

  test.each([
    ["Ours & Theirs + Co", "ada+home@example.com"],
    ["Größe/100% #1?", "ἄδα@example.com"],
    ["a=b&secret=AAAA", '"a:b c"@example.com'],
  ])("gives an app %j and %j as they are, a space as %%20", (issuer, account) => {
    const secret = newTotpSecret();
    const uri = totpUri({ issuer, account, secret });
    expect(uri).not.toMatch(/[+\s]/);
    const read = otpauth.URI.parse(uri);
    expect(read).toBeInstanceOf(otpauth.TOTP);
    expect(read).toMatchObject({
      issuer,
      label: account,
      algorithm: "SHA1",
      digits: 6,
      period: 30,
    });
    expect(read.secret.base32).toBe(base32Of(secret));
  });
});

/** `digits` in another script, whose zero is the code point `zero`. */
function inScript(digits: string, zero: number): string {
  return digits.replaceAll(/[0-9]/g, (digit) => String.fromCodePoint(zero + Number(digit)));
}
