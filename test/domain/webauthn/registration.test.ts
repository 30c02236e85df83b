import { generateKeyPairSync, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { AT, BE, BS, coseKeyOf, createAuthenticator, ED, UP, UV } from "../../support/authenticator.ts"; // prettier-ignore
import { respell } from "../../support/base64url.ts";
import { cbor } from "../../support/cbor.ts";
import { ANDROID, creationOptions, judge, named, ORIGIN, refusedFor, register } from "./ceremonies.ts"; // prettier-ignore
import { type Case, cases, clientData, flags, origin, shape, withFlags } from "./faults.ts";

const authenticator = createAuthenticator({ origin: ORIGIN });

describe("a genuine registration", () => {
  it.each(Object.entries(named))("PK-09 of %s is taken, with all it says", (_, algorithm) => {
    const own = createAuthenticator({ origin: ORIGIN, algorithm, step: 7 });
    expect(register(own)).toEqual({
      ok: true,
      value: {
        credentialId: new Uint8Array(own.credentialId),
        publicKey: new Uint8Array(cbor(own.coseKey)),
        algorithm,
        signCount: 7,
        backupEligible: true,
        backedUp: true,
        userVerified: true,
        aaguid: new Uint8Array(16),
      },
    });
  });

  it("tells the flags apart", () => {
    const said = (bits: number) => {
      const verified = register(
        authenticator,
        { flags: bits | AT },
        { userVerification: "preferred" },
      );
      return verified.ok && verified.value;
    };
    expect(said(UP)).toMatchObject({ userVerified: false, backupEligible: false, backedUp: false });
    expect(said(UP | UV)).toMatchObject({ userVerified: true, backupEligible: false });
    expect(said(UP | BE)).toMatchObject({ backupEligible: true, backedUp: false });
    expect(said(UP | BE | BS)).toMatchObject({ backupEligible: true, backedUp: true });
    expect(said(UP | 0x22)).toMatchObject({ userVerified: false }); // reserved
  });

  it("says the model and the whole counter", () => {
    const aaguid = new Uint8Array(randomBytes(16));
    const authData = (bytes: Buffer) => {
      bytes.set(aaguid, 37);
      return bytes;
    };
    const verified = register(authenticator, { authData, signCount: 2 ** 32 - 1 });
    expect(verified).toMatchObject({
      value: { aaguid, signCount: 2 ** 32 - 1 },
    });
  });

  it.each([1, 1023])("has an id of %i bytes", (idLength) => {
    expect(register(createAuthenticator({ origin: ORIGIN, idLength })).ok).toBe(true);
  });

  it("is one of an app, by its origin as it is written", () => {
    expect(register(authenticator, { clientData: { origin: ANDROID } }).ok).toBe(true);
  });

  it.each([
    ["other members of the client data", { clientData: { other_keys_can_be_added_here: "x" } }],
    ["no crossOrigin", { clientData: { crossOrigin: undefined } }],
    ["extensions", { extensions: { credProtect: 2, hmac: new Map([[1, [true, null]]]) } }],
  ])("may have %s", (_, twist) => {
    expect(register(authenticator, twist).ok).toBe(true);
  });

  it.each([
    ["an attestation of its own", { fmt: "packed", attStmt: { alg: -7, sig: randomBytes(70) } }],
    ["a format that nobody knows", { fmt: "no such format", attStmt: { a: [[[1]]] } }],
    ["a format that is a number", { fmt: 1, attStmt: 2 }],
    ["a statement with none", { attStmt: { x5c: [randomBytes(100)] } }],
  ])("PK-10 with %s is taken as one with none: it is not believed", (_, twist) => {
    const [plain, attested] = [register(authenticator), register(authenticator, twist)];
    expect(attested).toEqual(plain);
    expect(plain.ok).toBe(true);
  });
});

describe("a registration is refused", () => {
  const refuses = ({ twist, fault }: Case) => {
    expect(register(authenticator)).toMatchObject({ ok: true }); // but for the lie
    expect(register(authenticator, twist)).toEqual(refusedFor(fault));
  };

  it.each(cases(origin))("PK-03 with $what", refuses);
  it.each(cases(clientData))("with $what", refuses);
  it.each(cases(withFlags(AT, flags)))("PK-04 PK-06 $what", refuses);
  it.each(cases(shape))("PK-09 with $what", refuses);
  it.each(cases([
    ["the type of an assertion", { clientData: { type: "webauthn.get" } }, "type"],
    ["no credential in it", { flags: UP | UV, authData: (bytes) => bytes.subarray(0, 37) }, "malformed"],
    ["a credential that no flag announces", { flags: UP | UV }, "malformed"],
    ["extensions that are not there", { flags: UP | UV | AT | ED }, "malformed"],
    ["an id that ends beyond the data", { authData: (bytes) => bytes.fill(0xff, 53, 55) }, "malformed"],
    ["data that ends within the id's length", { authData: (bytes) => bytes.subarray(0, 54) }, "malformed"],
    ["another id inside", { attestedId: randomBytes(32) }, "credential_id"],
    ["an id of no bytes", { id: "", attestedId: Buffer.of() }, "credential_id"],
    ["a byte after the object", { attestationObject: (bytes) => Buffer.concat([bytes, Buffer.of(0)]) }, "malformed"],
    ["an object that ends early", { attestationObject: (bytes) => bytes.subarray(0, -1) }, "malformed"],
    ["an object that is a list", { attestationObject: () => cbor([]) }, "malformed"],
    ["an object without authenticator data", { attestationObject: () => cbor({ fmt: "none" }) }, "malformed"],
    ["authenticator data that is a text", { attestationObject: () => cbor({ authData: "a".repeat(200) }) }, "malformed"],
    ["no object", { attestationObject: () => Buffer.of() }, "malformed"],
  ]))("PK-09 with $what", refuses); // prettier-ignore

  it("PK-09 with an id of 1024 bytes, as inside so outside", () => {
    const own = createAuthenticator({ origin: ORIGIN, idLength: 1024 });
    expect(register(own)).toEqual(refusedFor("credential_id"));
  });

  it("PK-04 without UV only where it is required", () => {
    const twist = { flags: UP | AT };
    expect(register(authenticator, twist)).toEqual(refusedFor("verification"));
    expect(register(authenticator, twist, { userVerification: "preferred" }).ok).toBe(true);
  });

  it("PK-03 of a page that has no origin, even if the settings had it", () => {
    const relyingParty = { id: "auth.example.org", origins: new Set(["null"]) };
    const twist = { clientData: { origin: "null" } };
    expect(register(authenticator, twist, { relyingParty })).toEqual(refusedFor("origin"));
  });

  it("with another challenge than ours, or ours in another spelling", () => {
    const options = creationOptions();
    const credential = authenticator.create(options);
    expect(judge(credential, options.challenge).ok).toBe(true);
    expect(judge(credential, creationOptions().challenge)).toEqual(refusedFor("challenge"));
    expect(judge(credential, respell(options.challenge))).toEqual(refusedFor("challenge"));
  });

  it.each(["clientDataJSON", "attestationObject"] as const)(
    "PK-09 with another spelling of %s",
    (name) => {
      const options = creationOptions();
      const genuine = authenticator.create(options);
      for (const respelled of respellings(genuine.response[name])) {
        const response = { ...genuine.response, [name]: respelled };
        expect(judge({ ...genuine, response }, options.challenge)).toEqual(refusedFor("malformed"));
      }
    },
  );

  it("PK-09 with more than 64 KiB of anything, before it is read", () => {
    const options = creationOptions();
    const genuine = authenticator.create(options, { attStmt: { x: Buffer.alloc(66_000) } });
    expect(judge(genuine, options.challenge)).toEqual(refusedFor("malformed"));
    const smaller = authenticator.create(options, { attStmt: { x: Buffer.alloc(60_000) } });
    expect(judge(smaller, options.challenge).ok).toBe(true);
  });
});

describe("PK-09 a key", () => {
  const withKey = (coseKey: Map<number, unknown> | Uint8Array) =>
    register(authenticator, { coseKey: coseKey as never }); // every kind of lie
  const changed = (own: { coseKey: Map<number, unknown> }, ...changes: [number, unknown][]) => {
    const parameters = new Map([...own.coseKey, ...changes]);
    return withKey(new Map([...parameters].filter(([, value]) => value !== undefined)));
  };

  const rsa = createAuthenticator({ origin: ORIGIN, algorithm: -257 });
  const ed25519 = createAuthenticator({ origin: ORIGIN, algorithm: -8 });
  const zeros = Buffer.alloc(32);

  it.each([-9, -19, -35, -36, -37, -38, -39, -48, -53, -65535, 0, "ES256", undefined])(
    "of the algorithm %s is refused",
    (alg) => {
      expect(changed(authenticator, [3, alg])).toEqual(refusedFor("algorithm"));
    },
  );

  it.each<[string, [number, unknown][]]>([
    ["another type", [[1, 3]]],
    ["another curve", [[-1, 2]]],
    ["no curve", [[-1, undefined]]],
    ["a point off the curve", [[-3, zeros]]],
    ["a short coordinate", [[-2, randomBytes(31)]]],
    ["a long coordinate", [[-2, Buffer.concat([Buffer.of(0), randomBytes(32)])]]],
    ["a compressed point", [[-3, true]]],
    ["a coordinate that is a text", [[-2, "a".repeat(32)]]],
    ["a private part", [[-4, randomBytes(32)]]],
    ["a parameter more", [[2, Buffer.from("kid")]]],
    ["the algorithm of another type", [[3, -8]]],
    ["RS256 for its algorithm", [[3, -257]]],
  ])("of ES256 with %s is refused", (_, changes) => {
    expect(changed(authenticator, ...changes)).toEqual(refusedFor("key"));
  });

  it("of ES256 on P-384 or P-521 is refused", () => {
    for (const namedCurve of ["P-384", "P-521"]) {
      const { publicKey } = generateKeyPairSync("ec", { namedCurve });
      const coseKey = coseKeyOf(-7, publicKey);
      expect(withKey(coseKey)).toEqual(refusedFor("key"));
      expect(withKey(new Map([...coseKey, [-1, 1]]))).toEqual(refusedFor("key"));
    }
  });

  it("of ES256 with a coordinate that begins with a zero is taken with it, and not without or with two", () => {
    const [key, x] = keyWithShortX();
    expect(withKey(key).ok).toBe(true);
    for (const other of [x.subarray(1), Buffer.concat([Buffer.of(0), x])])
      expect(withKey(new Map([...key, [-2, other]]))).toEqual(refusedFor("key"));
  });

  const x = (hex: string) => Buffer.from(hex, "hex");
  it.each<[string, [number, unknown][]]>([
    ["another type", [[1, 2]]],
    ["a short x", [[-2, randomBytes(31)]]],
    ["the curve Ed448", [[-1, 7]]],
    ["the curve X25519", [[-1, 4]]],
    ["a y", [[-3, zeros]]],
    ["the point of order 1", [[-2, x(`01${"00".repeat(31)}`)]]],
    ["the point of order 2", [[-2, x(`ec${"ff".repeat(30)}7f`)]]],
    ["a point of order 4", [[-2, zeros]]],
    ["a point of order 8", [[-2, x("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")]]], // prettier-ignore
    ["another point of order 8", [[-2, x("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")]]], // prettier-ignore
    ["a point off the curve", [[-2, x(`02${"00".repeat(31)}`)]]],
    ["a second spelling of a point", [[-2, x(`f0${"ff".repeat(30)}7f`)]]],
  ])("of EdDSA with %s is refused", (_, changes) => {
    expect(changed(ed25519, ...changes)).toEqual(refusedFor("key"));
  });

  it("of EdDSA is taken for 100 genuine ones, and for about half of what is random", () => {
    for (let i = 0; i < 100; i += 1) {
      const { publicKey } = generateKeyPairSync("ed25519");
      expect(withKey(coseKeyOf(-8, publicKey)).ok).toBe(true);
    }
    const taken = Array.from({ length: 200 }, () => changed(ed25519, [-2, randomBytes(32)]).ok);
    const count = taken.filter(Boolean).length;
    expect(count).toBeGreaterThan(50);
    expect(count).toBeLessThan(150);
  });

  const modulus = rsa.coseKey.get(-1) as Buffer; // as the authenticator made it
  const even = Buffer.concat([modulus.subarray(0, -1), Buffer.of(2)]);
  it.each<[string, [number, unknown][]]>([
    ["another type", [[1, 2]]],
    ["no modulus", [[-1, undefined]]],
    ["an empty modulus", [[-1, Buffer.of()]]],
    ["a modulus of 512 bits", [[-1, modulus.subarray(-64)]]],
    ["a modulus of 2041 bits", [[-1, Buffer.concat([Buffer.of(1), modulus.subarray(1)])]]],
    ["a modulus of 8192 bits", [[-1, Buffer.concat([modulus, modulus, modulus, modulus])]]],
    ["a modulus with zeros before it", [[-1, Buffer.concat([zeros, modulus])]]],
    ["a modulus that is even", [[-1, even]]],
    ["no exponent", [[-2, Buffer.of()]]],
    ["the exponent 0", [[-2, Buffer.of(0)]]],
    ["the exponent 1", [[-2, Buffer.of(1)]]],
    ["the exponent 2", [[-2, Buffer.of(2)]]],
    ["an exponent of 5 bytes", [[-2, Buffer.of(1, 0, 0, 0, 1)]]],
    ["an exponent of 256 bytes", [[-2, modulus]]],
    ["an exponent with a zero before it", [[-2, Buffer.of(0, 1, 0, 1)]]],
    ["a private exponent", [[-3, modulus]]],
  ])("of RS256 with %s is refused", (_, changes) => {
    expect(changed(rsa, ...changes)).toEqual(refusedFor("key"));
  });

  it.each([2048, 3072, 4096])("of RS256 may have %i bits", (bits) => {
    const wide = Buffer.concat([modulus, modulus]).subarray(-bits / 8);
    wide[0] = 0xff;
    expect(changed(rsa, [-1, wide]).ok).toBe(true);
  });

  it.each<[string, Uint8Array]>([
    ["a list", cbor([])],
    ["a number", cbor(1)],
    ["an empty map", cbor({})],
    ["a map with a name twice", Buffer.concat([Buffer.of(0xa2), cbor(3), cbor(-7), cbor(3), cbor(-7)])],
  ])("that is %s is refused", (_, bytes) => {
    const { ok } = withKey(bytes);
    expect(ok).toBe(false);
  }); // prettier-ignore

  it("may spell its numbers in a longer form, as CTAP2 asks authenticators not to", () => {
    const bytes = cbor(authenticator.coseKey);
    const longer = Buffer.concat([bytes.subarray(0, 1), Buffer.of(0x18), bytes.subarray(1)]);
    expect(withKey(longer).ok).toBe(true);
  });
});

/** One key in 256 is such. */
function keyWithShortX(): [Map<number, unknown>, Buffer] {
  for (;;) {
    const key = coseKeyOf(-7, generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey);
    const x = key.get(-2);
    if (x instanceof Buffer && x[0] === 0) return [key, x];
  }
}

/** Other texts that Node reads as the same bytes, and what it reads as fewer. */
function respellings(text: string): string[] {
  const spare = text.length % 4 === 0 ? [] : [respell(text)];
  const plain = text.replaceAll("-", "+").replaceAll("_", "/");
  return [...spare, ...(plain === text ? [] : [plain]), `${text}=`, `${text}\n`, ` ${text}`, `${text}!`]; // prettier-ignore
}
