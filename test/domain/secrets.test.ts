import { KeyObject } from "node:crypto";
import { expect, test } from "vitest";
import { deriveKeys, hashSecret, newSecret } from "../../src/domain/secrets.ts";

const AUTH_SECRET = "correct-battery-0123456789-staple-horse";

/** HKDF-SHA-256 of AUTH_SECRET, salt "portcullis", one label per purpose. */
const PINNED = {
  challengeCode: "f67d45fcf298870490b0f1c98f538bb9c8b285d0bd60225c689d71a62272e55b",
  challengeSeal: "812dcabed08c77c23206d086e94a7b6c9086b0d2ba6a1e9e8520710bc8b1e81a",
  passwordPepper: "e9d973749d58bfc21e28c627edb3b69c8b3417d6f94a41fba1035f1a59a6b99e",
  csrf: "f354ef0f4facafd0633053ccb5404902ef0606b0ff8c059589adfea864979a79",
  probe: "4145bd2c72db1ed17261fb876eb66cbb8021e1521a18500a9c03827007e09d45",
  probeSeal: "bc985e1003f4a8fedb0b7b10f6f1404340e767b33ec881d2ed64eb1b23b4132c",
  refreshToken: "cdd36108d6e8899b5986a5df739e32b4bab21d4e48c030cd8f71eeb1227fab32",
  cursor: "e5e99be93794b0a66aae6d44034d4c2ae945863816dcc86104caf31b7e9b43df",
  mailSeal: "82558ec06ffdd9167c90fb5efe0b2f3a2919761ee15966cd1a4911a14914442c",
  limitKeys: "fa00b09b3e5f685ba867834146b6effdedc53e64832d456838be8ac8c807a927",
  signerKeySeal: "db2c2092b4dd6b67cbf09739d893630f610664027cec5d1dadc7d0b1e098b32f",
  signingKeySeal: "75d7c094eb929276aa8e8c1a5b7fa4066e97b3b8b3c1d4d70ef977725609d59e",
  totpSeal: "31f5ffbf4105e4b0170e031e247094c29896bc072636d07f3e577fd973cde9fe",
};

/** The key of every purpose, in hex. */
function keysOf(authSecret: string): Record<string, string> {
  const hex = Object.entries(deriveKeys(authSecret)).map(([purpose, key]) => [
    purpose,
    Buffer.from(key instanceof KeyObject ? key.export() : key).toString("hex"),
  ]);
  return Object.fromEntries(hex) as Record<string, string>; // as just mapped
}

test("the derived keys are what they always were: what is stored depends on them", () => {
  expect(keysOf(AUTH_SECRET)).toEqual(PINNED);
});

test("no two purposes share a derived key, and no key is the AUTH_SECRET itself", () => {
  const keys = Object.values(keysOf(AUTH_SECRET));
  expect(new Set(keys).size).toBe(keys.length);
  for (const hex of keys) {
    expect(hex).toHaveLength(64);
    expect(Buffer.from(hex, "hex").toString("latin1")).not.toContain(AUTH_SECRET.slice(0, 8));
  }
});

test("another AUTH_SECRET gives other keys, however little it differs", () => {
  const others = keysOf(`${AUTH_SECRET} `);
  for (const [purpose, hex] of Object.entries(keysOf(AUTH_SECRET)))
    expect(hex).not.toBe(others[purpose]);
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
