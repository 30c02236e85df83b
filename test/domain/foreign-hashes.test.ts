/**
 * Hashes from elsewhere. None of the vectors was made by this repository: each says where it is from. "Python" is
 * CPython's `hashlib`, "hash-wasm" version 4.13 of that package.
 */
import { hashSync } from "bcryptjs";
import { afterAll, describe, expect, test } from "vitest";
import { ForeignHash, FirebaseHashConfig } from "../../src/contract/imports.ts";
import { hasArgon2 } from "../../src/domain/argon2.ts";
import {
  encodeForeignHash,
  firebaseProjectOf,
  type ForeignContext,
} from "../../src/domain/foreign-hashes.ts";
import { readHash } from "../../src/domain/password-encodings.ts";
import { createPasswords } from "../../src/domain/passwords.ts";
import { createHashPool } from "../../src/platform/hash-workers.ts";
import { argon2idOf, bcryptOf, passwordKeys, sealForTests } from "../support/hashing.ts";

const pool = createHashPool(2, 100);
afterAll(() => pool.close());
const keys = passwordKeys();
const live = bcryptOf(4);
const passwords = createPasswords(pool, keys, live);

const PASSWORD = "Crème brûlée à la carte";
/** The example project of https://github.com/firebase/scrypt, as its README has it. */
const FIREBASE = {
  signerKey:
    "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==",
  saltSeparator: "Bw==",
  rounds: 8,
  memCost: 14,
};
const projectOf = (config: object) => {
  const { firebaseHashConfig } = FirebaseHashConfig.parse({ firebaseHashConfig: config });
  return firebaseProjectOf(firebaseHashConfig, sealForTests);
};
const project = projectOf(FIREBASE);
if ("fault" in project) throw new Error(project.fault);
const context: ForeignContext = { hasArgon2: true, project };

const encode = (hash: object, within = context) =>
  encodeForeignHash(ForeignHash.parse(hash), within);
function encoded(hash: object): string {
  const outcome = encode(hash);
  if ("fault" in outcome) throw new Error(outcome.fault);
  return outcome.encoded;
}

const keycloak = (value: string, salt: string, credentialData: object) => ({
  scheme: "keycloak",
  secretData: JSON.stringify({ value, salt, additionalParameters: {} }),
  credentialData: JSON.stringify({ additionalParameters: {}, ...credentialData }),
});
const KEYCLOAK_SALT = "ZGVmZ2hpamtsbW5vcHFycw==";

interface Vector {
  readonly title: string;
  readonly hash: object;
  readonly password: string;
  readonly needsArgon2?: boolean;
}

const argon2Vectors: Vector[] = [
  {
    title: "argon2id of the reference implementation's test.c",
    hash: {
      scheme: "argon2",
      hash: "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
    },
    password: "password",
  },
  {
    title: "argon2i of the reference implementation's test.c",
    hash: {
      scheme: "argon2",
      hash: "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA",
    },
    password: "password",
  },
  {
    title: "argon2d of hash-wasm",
    hash: {
      scheme: "argon2",
      hash: "$argon2d$v=19$m=4096,t=3,p=1$MDEyMzQ1Njc4OWFiY2RlZg$wmS2Jgo/Q/MgnEltquts4BqFUmZdwUxjJYPABR5RveY",
    },
    password: PASSWORD,
  },
  {
    title: "argon2i with two lanes of hash-wasm",
    hash: {
      scheme: "argon2",
      hash: "$argon2i$v=19$m=8192,t=4,p=2$MDEyMzQ1Njc4OWFiY2RlZg$+P6faZ/PnKYmWqDorSJpc57IVzdQZEqWVBOrqZMu2Mo",
    },
    password: PASSWORD,
  },
  {
    title: "Keycloak's argon2 of hash-wasm",
    hash: keycloak("HLSPReheGz/B2UfTPv5Rd9zFRWj9U709jSGI1P1i+24=", "MDEyMzQ1Njc4OWFiY2RlZg==", {
      algorithm: "argon2",
      hashIterations: 5,
      additionalParameters: {
        hashLength: ["32"],
        memory: ["7168"],
        type: ["id"],
        version: ["1.3"],
        parallelism: ["1"],
      },
    }),
    password: PASSWORD,
  },
];

const vectors: Vector[] = [
  ...argon2Vectors.map((vector) => ({ ...vector, needsArgon2: true })),
  {
    title: "scrypt of RFC 7914 §12",
    hash: {
      scheme: "scrypt",
      N: 16384,
      r: 8,
      p: 1,
      salt: Buffer.from("SodiumChloride").toString("base64"),
      hash: Buffer.from(
        "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887",
        "hex",
      ).toString("base64"),
    },
    password: "pleaseletmein",
  },
  {
    title: "a PHC string of scrypt, of Python",
    hash: {
      scheme: "scrypt",
      hash: "$scrypt$ln=15,r=8,p=2$AQIDBAUGBwgJCgsMDQ4PEA$JFWv1XA8O2JXkG1jXuutv8Bfar+PdABGRCxz+FYWa7k",
    },
    password: PASSWORD,
  },
  {
    title: "Firebase, as its README has it",
    hash: {
      scheme: "firebase_scrypt",
      salt: "42xEC+ixf3L2lw==",
      hash: "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==",
    },
    password: "user1password",
  },
  {
    title: "Firebase, in the alphabet of its export",
    hash: {
      scheme: "firebase_scrypt",
      salt: "42xEC-ixf3L2lw==",
      hash: "lSrfV15cpx95_sZS2W9c9Kp6i_LVgQNDNC_qzrCnh1SAyZvqmZqAjTdn3aoItz-VHjoZilo78198JAdRuid5lQ==",
    },
    password: "user1password",
  },
  {
    title: "better-auth 1.7, of its own hashPassword",
    hash: {
      scheme: "better_auth",
      hash: "d7c2faad33c2d96a7366353210cd876f:4c7e5b199ff2037d0c8354ee30681aaeedbf3b3c3cf1680bf6b63507e61c2a6efafcb686fd5c0d02815332fe227a53c64f39dcb70297357313edc0f979aa8e03",
    },
    password: PASSWORD,
  },
  {
    title: "Django's pbkdf2_sha256, of Python",
    hash: {
      scheme: "pbkdf2",
      hash: "pbkdf2_sha256$600000$n0tSoS4ltyDjango22$3H2Ogg1hkmWm+xXI2IMx+XZRxfMZB9v6yNonMEvWTCU=",
    },
    password: PASSWORD,
  },
  {
    title: "Django's pbkdf2_sha1, of Python",
    hash: {
      scheme: "pbkdf2",
      hash: "pbkdf2_sha1$15000$n0tSoS4ltyDjango22$TON0Jq3oOwZV24KmA8fK8UtnkN4=",
    },
    password: PASSWORD,
  },
  {
    title: "ASP.NET Identity, of its own PasswordHasherTest",
    hash: {
      scheme: "pbkdf2",
      hash: "AQAAAAEAACcQAAAAEAABAgMEBQYHCAkKCwwNDg+yWU7rLgUwPZb1Itsmra7cbxw2EFpwpVFIEtP+JIuUEw==",
    },
    password: "my password",
  },
  {
    title: "ASP.NET Identity's SHA-1 of two blocks, of Python",
    hash: {
      scheme: "pbkdf2",
      hash: "AQAAAAAAACcQAAAAEAABAgMEBQYHCAkKCwwNDg919x3d45lONTJZ+ii7G/B1kZW7mOW6pNxNKAy7A0MoWQ==",
    },
    password: PASSWORD,
  },
  {
    title: "ASP.NET Identity's SHA-512, of Python",
    hash: {
      scheme: "pbkdf2",
      hash: "AQAAAAIAAYagAAAAEAABAgMEBQYHCAkKCwwNDg9IwCX8DQTnlTD/rR+6/fiLvNkXFep60eP+DC2my3dgxw==",
    },
    password: PASSWORD,
  },
  {
    title: "Keycloak's pbkdf2, of Python",
    hash: keycloak(
      "0mFDyVfxTXgxTGoRiT3CFPZFTxROiUJUqN4DtWkyqAGwzYPbmc5tgPlfCfL06mi9D2G8CceF4NFNW1iaWHvuQw==",
      KEYCLOAK_SALT,
      { algorithm: "pbkdf2", hashIterations: 20_000 },
    ),
    password: PASSWORD,
  },
  {
    title: "Keycloak's pbkdf2-sha256, of Python",
    hash: keycloak(
      "CX8Jc/vmObAzTkDM9kNcllSSw5AqKPthbiB5YD1Sv+bLVfHymv+9NVjcc5O1D0nTdJ6hjZ/soE1QctRIsL79Eg==",
      KEYCLOAK_SALT,
      { algorithm: "pbkdf2-sha256", hashIterations: 27_500 },
    ),
    password: PASSWORD,
  },
  {
    title: "Keycloak's pbkdf2-sha512, of Python",
    hash: keycloak(
      "ok7d99KfpU0LJmCJDAwn7/f2alKIC3qtJmGIt/3ZIGeeMcvdHmz4JcWNfjyxCZgwgMWATl4q7Tvd4WRO+i/AYg==",
      KEYCLOAK_SALT,
      { algorithm: "pbkdf2-sha512", hashIterations: 210_000 },
    ),
    password: PASSWORD,
  },
  {
    title: "PBKDF2 in its parts, of Python",
    hash: {
      scheme: "pbkdf2",
      digest: "sha512",
      iterations: 10_000,
      salt: "AQIDBAUGBwgJCgsMDQ4PEA==",
      hash: "UJWwz9I8qfw4oX8119qAxXRPfFcKM68Z1C2XBV27KJbkZ2VcpZze9e0K9OwfyawhgIhnRYrMaks98F+fMjZ8SA==",
    },
    password: PASSWORD,
  },
  {
    title: "bcrypt",
    hash: { scheme: "bcrypt", hash: hashSync(PASSWORD, 10) },
    password: PASSWORD,
  },
];

describe("PH-02 PH-03 a hash from elsewhere lets its password in, no other, and is then replaced:", () => {
  test.each(vectors)("$title", async ({ hash, password, needsArgon2 }) => {
    if (needsArgon2 === true && !hasArgon2()) return;
    const stored = encoded(hash);
    expect(await passwords.verify(password, stored)).toEqual({ matches: true, stale: true });
    for (const wrong of [`${password}x`, password.slice(1), password.toUpperCase(), ""])
      expect(await passwords.verify(wrong, stored)).toEqual({ matches: false, stale: false });
    const renewed = await passwords.hash(password);
    if (renewed === "overloaded") throw new Error("overloaded");
    expect(renewed.encoded).toMatch(/^\$pc1\$2b\$04\$/);
    // Neither the hash itself nor the pepper's mark before it is a password or a hash that opens anything.
    expect(await passwords.verify(stored, stored)).toMatchObject({ matches: false });
    expect(await passwords.verify(password, `$pc1${stored}`)).toMatchObject({ matches: false });
  });
});

test("PH-02 the signer key of a Firebase project is in no stored hash, and of no use under another secret", async () => {
  const stored = encoded({
    scheme: "firebase_scrypt",
    salt: "42xEC+ixf3L2lw==",
    hash: "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==",
  });
  const key = Buffer.from(FIREBASE.signerKey, "base64");
  for (const part of stored.split("$"))
    expect(Buffer.from(part, "base64").includes(key.subarray(0, 8))).toBe(false);
  const elsewhere = createPasswords(pool, { ...keys, openSignerKey: () => undefined }, live);
  expect(await elsewhere.verify("user1password", stored)).toMatchObject({ matches: false });
});

test("PW-02 PH-03 a password that PBKDF2 and scrypt take for another one with a NUL at its end replaces nothing", async () => {
  const django = vectors.find(({ title }) => title.startsWith("Django"));
  if (django === undefined) throw new Error("no vector");
  const { hash, password } = django;
  // HMAC fills its key up with NUL: they match, as they do where the hash is from.
  expect(await passwords.verify(`${password}\0`, encoded(hash))).toEqual({
    matches: true,
    stale: false,
  });
});

const SALT = "AQIDBAUGBwgJCgsMDQ4PEA";
const KEY = "JFWv1XA8O2JXkG1jXuutv8Bfar+PdABGRCxz+FYWa7k";
const argon2Of = (parameters: string, salt = SALT, key = KEY) => ({
  scheme: "argon2",
  hash: `$argon2id$v=19$${parameters}$${salt}$${key}`,
});
const scryptOf = (parameters: string, salt = SALT, key = KEY) => ({
  scheme: "scrypt",
  hash: `$scrypt$${parameters}$${salt}$${key}`,
});
const pbkdf2Of = (iterations: number, salt = `${SALT}==`, hash = `${KEY}=`) => ({
  scheme: "pbkdf2",
  digest: "sha256",
  iterations,
  salt,
  hash,
});
const aspNet = (header: readonly number[], rest: number) =>
  Buffer.concat([Buffer.from(header), Buffer.alloc(rest, 7)]).toString("base64");

describe("PH-01 the price of a hash is bounded as it is brought", () => {
  test.each([
    ["argon2 of 4 GiB", argon2Of("m=4194304,t=1,p=1"), /at most 262144 KiB of memory/],
    ["argon2 of many passes", argon2Of("m=65536,t=17,p=1"), /at most 1048576 KiB of memory times/],
    ["argon2 of many lanes", argon2Of("m=65536,t=2,p=17"), /parallelism of 1 to 16/],
    ["argon2 of less memory than its lanes need", argon2Of("m=64,t=1000,p=16"), /8 for each lane/],
    ["argon2 that costs nothing", argon2Of("m=1024,t=1,p=1"), /at least 8192 KiB/],
    ["scrypt of 1 GiB", scryptOf("ln=20,r=8,p=1"), /at most 262144 KiB of memory/],
    ["scrypt of 2 ** 4294967295", scryptOf("ln=4294967295,r=8,p=1"), /at most 262144 KiB/],
    ["scrypt of many lanes", scryptOf("ln=17,r=8,p=3"), /N \* r \* p of at most 2097152/],
    ["scrypt that costs nothing", scryptOf("ln=10,r=8,p=1"), /N \* r of at least 65536/],
    ["PBKDF2 of a day", pbkdf2Of(2_147_483_647), /at most 2000000 iterations/],
    ["PBKDF2 that costs nothing", pbkdf2Of(9_999), /at least 10000 iterations/],
    [
      "bcrypt of a day",
      { scheme: "bcrypt", hash: hashSync("x", 4).replace("$04$", "$31$") },
      /at most 15/,
    ],
    ["bcrypt that costs nothing", { scheme: "bcrypt", hash: hashSync("x", 4) }, /at least 10/],
  ])("%s", (_, hash, fault) => {
    expect(encode(hash)).toEqual({ fault: expect.stringMatching(fault) });
  });

  test("Firebase's too, which is the project's", () => {
    const hash = { scheme: "firebase_scrypt", salt: "42xEC+ixf3L2lw==", hash: KEY };
    for (const config of [
      { ...FIREBASE, memCost: 25 },
      { ...FIREBASE, rounds: 1_000 },
      { ...FIREBASE, memCost: 4 },
    ]) {
      const other = projectOf(config);
      expect(encode(hash, { ...context, project: other as typeof project })).toHaveProperty(
        "fault",
      ); // a project, as the next line says
      expect(other).not.toHaveProperty("fault");
    }
  });
});

test("PH-01 a stored hash whose price was raised in the database is compared with nothing", async () => {
  const asked: string[] = [];
  const watched = createPasswords(
    {
      hash: (input, recipe) => pool.hash(input, recipe),
      compare: async (_input, parts) => {
        asked.push(JSON.stringify(parts));
        return true;
      },
    },
    keys,
    live,
  );
  for (const costly of [
    argon2Of("m=4194304,t=1,p=1").hash,
    `$pc1${argon2Of("m=262144,t=5,p=1").hash}`,
    scryptOf("ln=20,r=8,p=1").hash,
    `$pbkdf2-sha256$i=2000001$${SALT}$${KEY}`,
    hashSync("x", 4).replace("$04$", "$16$"),
  ]) {
    expect(readHash(costly, keys.openSignerKey)).toBeUndefined();
    expect(await watched.verify("x", costly)).toEqual({ matches: false, stale: false });
  }
  // The dummy of the live cost, as for an address without an account.
  expect(new Set(asked).size).toBe(1);
  expect(asked[0]).toContain('"cost":4');
});

describe("PH-04 a malformed hash is refused, and its fault says nothing of it", () => {
  const long = "A".repeat(1_100);
  test.each([
    [
      "argon2 of version 1.0",
      { scheme: "argon2", hash: `$argon2id$v=16$m=65536,t=2,p=1$${SALT}$${KEY}` },
    ],
    [
      "argon2 without a version",
      { scheme: "argon2", hash: `$argon2id$m=65536,t=2,p=1$${SALT}$${KEY}` },
    ],
    ["argon2 with a number of zeros", argon2Of("m=0065536,t=2,p=1")],
    ["argon2 with a salt of 3 bytes", argon2Of("m=65536,t=2,p=1", "AQID")],
    ["argon2 with half a byte of salt", argon2Of("m=65536,t=2,p=1", `${SALT.slice(0, -1)}B`)],
    ["argon2 with a hash of 8 bytes", argon2Of("m=65536,t=2,p=1", SALT, "AQIDBAUGBwg")],
    ["argon2 with a salt of 200 bytes", argon2Of("m=65536,t=2,p=1", "A".repeat(268))],
    ["argon2 with a hash of 200 bytes", argon2Of("m=65536,t=2,p=1", SALT, "A".repeat(268))],
    ["argon2 that is another", { scheme: "argon2", hash: hashSync("x", 4) }],
    [
      "scrypt whose N is no power of two",
      { scheme: "scrypt", N: 16_385, r: 8, p: 1, salt: SALT, hash: KEY },
    ],
    ["scrypt without a salt", { scheme: "scrypt", N: 16_384, r: 8, p: 1, hash: KEY }],
    ["scrypt with r 0", scryptOf("ln=14,r=0,p=1")],
    [
      "better-auth's with an odd key",
      { scheme: "better_auth", hash: `${"a".repeat(32)}:${"b".repeat(127)}` },
    ],
    ["better-auth's without a salt", { scheme: "better_auth", hash: `:${"b".repeat(128)}` }],
    ["Django's without a salt", { scheme: "pbkdf2", hash: `pbkdf2_sha256$600000$$${KEY}=` }],
    [
      "Django's of another digest",
      { scheme: "pbkdf2", hash: `pbkdf2_md5$600000$abcdefgh$${KEY}=` },
    ],
    ["ASP.NET Identity's of version 2", { scheme: "pbkdf2", hash: aspNet([0], 48) }],
    [
      "ASP.NET Identity's of an unknown digest",
      { scheme: "pbkdf2", hash: aspNet([1, 0, 0, 0, 9, 0, 1, 0, 0, 0, 0, 0, 16], 48) },
    ],
    [
      "ASP.NET Identity's whose salt is longer than all of it",
      { scheme: "pbkdf2", hash: aspNet([1, 0, 0, 0, 1, 0, 1, 0, 0, 0xff, 0xff, 0xff, 0xff], 48) },
    ],
    ["ASP.NET Identity's that was cut off", { scheme: "pbkdf2", hash: aspNet([1, 0, 0, 0, 1], 4) }],
    ["PBKDF2 without a digest", { scheme: "pbkdf2", iterations: 10_000, salt: SALT, hash: KEY }],
    ["Firebase's with an empty salt", { scheme: "firebase_scrypt", salt: "", hash: KEY }],
    [
      "Keycloak's without a salt",
      keycloak(KEY, "", { algorithm: "pbkdf2", hashIterations: 20_000 }),
    ],
    [
      "bcrypt of a broken implementation",
      { scheme: "bcrypt", hash: hashSync("x", 10).replace("$2b$", "$2x$") },
    ],
    ["a scheme that nobody knows", { scheme: "md5", hash: "5f4dcc3b5aa765d61d8327deb882cf99" }],
    ["no scheme", { hash: KEY }],
    ["a property too many", { scheme: "bcrypt", hash: hashSync("x", 10), pepper: "secret" }],
    ["argon2 of 1,100 characters", argon2Of("m=65536,t=2,p=1", SALT, long)],
    [
      "a number with a fraction",
      { scheme: "scrypt", N: 16_384.5, r: 8, p: 1, salt: SALT, hash: KEY },
    ],
    [
      "Keycloak's of an algorithm that nobody knows",
      keycloak(KEY, SALT, { algorithm: "bcrypt", hashIterations: 20_000 }),
    ],
    ["Keycloak's that is no JSON", { scheme: "keycloak", secretData: "{", credentialData: "{}" }],
  ])("%s", (_, hash) => {
    const parsed = ForeignHash.safeParse(hash);
    const faults = parsed.success
      ? [encodeForeignHash(parsed.data, context)].map((one) =>
          "fault" in one ? one.fault : "taken",
        )
      : parsed.error.issues.map(({ message }) => message);
    expect(faults).not.toContain("taken");
    expect(faults.join()).not.toBe("");
    for (const secret of [SALT, KEY, "AAAA", "5f4d", "$2x$"])
      expect(faults.join()).not.toContain(secret);
  });

  test.each([
    ["short", "AQIDBAUGBwg="],
    ["long", Buffer.alloc(129, 1).toString("base64")],
    ["empty", ""],
    ["no base64", "abc"],
  ])("a signer key that is %s", (_, signerKey) => {
    expect(projectOf({ ...FIREBASE, signerKey })).toHaveProperty("fault");
  });
});

test("PH-04 argon2 on a Node that has none is refused as it is brought, and Firebase's hash without its project", () => {
  const { hash } = vectors[0] ?? { hash: {} };
  expect(encode(hash, { ...context, hasArgon2: false })).toEqual({
    fault: expect.stringContaining("Node 24.7"),
  });
  const firebase = { scheme: "firebase_scrypt", salt: "42xEC+ixf3L2lw==", hash: KEY };
  expect(encode(firebase, { ...context, project: undefined })).toEqual({
    fault: expect.stringContaining("firebaseHashConfig"),
  });
});

test.skipIf(!hasArgon2())(
  "PH-02 what is brought is never made: all hashes are those of the live scheme",
  async () => {
    const argon2id = createPasswords(pool, keys, argon2idOf(1_024, 1));
    for (const [chosen, form] of [
      [passwords, /^\$pc1\$2b\$04\$/],
      [argon2id, /^\$pc1\$argon2id\$v=19\$m=1024,t=1,p=1\$/],
    ] as const) {
      const made = await chosen.hash(PASSWORD);
      expect(made).toEqual({ encoded: expect.stringMatching(form) });
    }
  },
);
