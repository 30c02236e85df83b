import { expect, test } from "vitest";
import { deriveKeys, hashSecret, newSecret } from "../../src/domain/secrets.ts";

const AUTH_SECRET = "correct-battery-0123456789-staple-horse";

/** HKDF-SHA-256 of AUTH_SECRET, salt "portcullis", one label per purpose. */
const PINNED = {
  passwordPepper: "e9d973749d58bfc21e28c627edb3b69c8b3417d6f94a41fba1035f1a59a6b99e",
  csrf: "f354ef0f4facafd0633053ccb5404902ef0606b0ff8c059589adfea864979a79",
  refreshToken: "cdd36108d6e8899b5986a5df739e32b4bab21d4e48c030cd8f71eeb1227fab32",
  cursor: "e5e99be93794b0a66aae6d44034d4c2ae945863816dcc86104caf31b7e9b43df",
  mailSeal: "82558ec06ffdd9167c90fb5efe0b2f3a2919761ee15966cd1a4911a14914442c",
  limitKeys: "fa00b09b3e5f685ba867834146b6effdedc53e64832d456838be8ac8c807a927",
  signingKeySeal: "75d7c094eb929276aa8e8c1a5b7fa4066e97b3b8b3c1d4d70ef977725609d59e",
};

test("the derived keys are what they always were: what is stored depends on them", () => {
  const hex = Object.entries(deriveKeys(AUTH_SECRET)).map(([purpose, bytes]) => [
    purpose,
    Buffer.from(bytes).toString("hex"),
  ]);
  expect(Object.fromEntries(hex)).toEqual(PINNED);
});

test("no two purposes share a key, and no key is the secret itself", () => {
  const keys = Object.values(deriveKeys(AUTH_SECRET));
  expect(new Set(keys.map((bytes) => Buffer.from(bytes).toString("hex"))).size).toBe(keys.length);
  for (const bytes of keys) {
    expect(bytes).toHaveLength(32);
    expect(Buffer.from(bytes).toString("latin1")).not.toContain(AUTH_SECRET.slice(0, 8));
  }
});

test("another secret gives other keys, however little it differs", () => {
  const keys = Object.values(deriveKeys(AUTH_SECRET));
  const others = Object.values(deriveKeys(`${AUTH_SECRET} `));
  keys.forEach((bytes, index) => expect(bytes).not.toEqual(others[index]));
});

test("SE-01 a secret has 256 bits, and none comes twice", () => {
  const secrets = Array.from({ length: 1000 }, newSecret);
  for (const secret of secrets) expect(Buffer.from(secret, "base64url")).toHaveLength(32);
  expect(new Set(secrets).size).toBe(1000);
  // Each bit is set in about half of them: no part of it is fixed.
  for (let bit = 0; bit < 256; bit += 1) {
    const set = secrets.filter(
      (secret) => (Buffer.from(secret, "base64url").readUInt8(bit >> 3) >> (bit & 7)) & 1,
    );
    expect(set.length).toBeGreaterThan(400);
    expect(set.length).toBeLessThan(600);
  }
});

test("SE-02 what is kept of a secret is its SHA-256", () => {
  // FIPS 180-2, appendix B.1
  const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  expect(Buffer.from(hashSecret("abc")).toString("hex")).toBe(abc);
});
