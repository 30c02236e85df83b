import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { credentialIdOf } from "../../../src/domain/webauthn/base64url.ts";
import { verifyAssertion } from "../../../src/domain/webauthn/verify-assertion.ts";
import { BE, BS, createAuthenticator, ED, UP, UV } from "../../support/authenticator.ts";
import { respell } from "../../support/base64url.ts";
import { assert, expectedOf, named, newChallenge, ORIGIN, refusedFor, RP_ID, storedOf, webauthnHandle } from "./ceremonies.ts"; // prettier-ignore
import { type Case, cases, clientData, flags, origin, shape } from "./faults.ts";

const own = Object.entries(named).map(([name, algorithm]) => {
  const authenticator = createAuthenticator({ origin: ORIGIN, algorithm, step: 3 });
  return { name, authenticator, stored: storedOf(authenticator) };
});
const authenticator = createAuthenticator({ origin: ORIGIN });
const stored = storedOf(authenticator);

describe("a genuine assertion", () => {
  it.each(own)("PK-09 of $name is taken, and says its counter", ({ authenticator, stored }) => {
    const said = { backedUp: true, userVerified: true };
    expect(assert(authenticator, stored)).toEqual({ ok: true, value: { ...said, signCount: 6 } });
    expect(assert(authenticator, stored)).toEqual({ ok: true, value: { ...said, signCount: 9 } });
  });

  it("tells a lower counter too: the statement that stores it decides", () => {
    const verified = assert(authenticator, stored, { signCount: 0 });
    expect(verified).toMatchObject({ ok: true, value: { signCount: 0 } });
  });

  it("tells if it is backed up now", () => {
    const verified = assert(authenticator, stored, { flags: UP | UV | BE });
    expect(verified).toMatchObject({ value: { backedUp: false, userVerified: true } });
  });

  it("may have no user handle, extensions, and members of the client data that we do not know", () => {
    const twist = { userHandle: null, extensions: { appid: true }, clientData: { more: 1 } };
    expect(assert(authenticator, stored, twist).ok).toBe(true);
  });
});

describe("an assertion is refused", () => {
  const refuses = ({ twist, fault }: Case) => {
    expect(assert(authenticator, stored)).toMatchObject({ ok: true }); // but for the lie
    expect(assert(authenticator, stored, twist)).toEqual(refusedFor(fault));
  };

  it.each(cases(origin))("PK-03 with $what", refuses);
  it.each(cases(clientData))("with $what", refuses);
  it.each(cases(flags))("PK-04 $what", refuses);
  it.each(cases(shape))("PK-09 with $what", refuses);
  it.each(cases([
    ["the type of a registration", { clientData: { type: "webauthn.create" } }, "type"],
    ["extensions that are not there", { flags: UP | UV | BE | ED }, "malformed"],
    ["no signature", { signature: () => Buffer.of() }, "signature"],
    ["half a signature", { signature: (bytes) => bytes.subarray(0, bytes.length / 2) }, "signature"],
    ["a signature and a byte", { signature: (bytes) => Buffer.concat([bytes, Buffer.of(0)]) }, "signature"],
    ["a signature of zeros", { signature: () => Buffer.from("3006020100020100", "hex") }, "signature"],
    ["a random signature", { signature: () => randomBytes(70) }, "signature"],
  ]))("PK-09 with $what", refuses); // prettier-ignore

  it.each([
    ["handle", { userHandle: Buffer.alloc(32, 7).toString("base64url") }],
    ["eligibility for backup", { flags: UP | UV }],
  ])("PK-11 for a wrong signature before its %s: sooner, the time would tell that it is known", (_, twist) => {
    const signature = () => randomBytes(70);
    expect(assert(authenticator, stored, { ...twist, signature })).toEqual(refusedFor("signature"));
    expect(assert(authenticator, stored, twist)).not.toEqual(refusedFor("signature"));
  }); // prettier-ignore

  it("PK-04 without UV only where it is required", () => {
    const twist = { flags: UP | BE };
    expect(assert(authenticator, stored, twist)).toEqual(refusedFor("verification"));
    expect(assert(authenticator, stored, twist, { userVerification: "preferred" }).ok).toBe(true);
  });

  it.each([
    ["is eligible for backup, and was not", UP | UV, UP | UV | BE],
    ["was eligible for backup, and is not", UP | UV | BE | BS, UP | UV],
  ])("PK-06 of one that %s", (_, before, now) => {
    const other = createAuthenticator({ origin: ORIGIN, flags: before });
    const row = storedOf(other);
    expect(assert(other, row).ok).toBe(true);
    expect(assert(other, row, { flags: now })).toEqual(refusedFor("backup"));
  });

  it.each([
    ["another account's", randomBytes(32).toString("base64url")],
    ["no bytes", ""],
    ["a part of the owner's", webauthnHandle.subarray(0, 31).toString("base64url")],
    ["more than the owner's", Buffer.concat([webauthnHandle, Buffer.of(0)]).toString("base64url")],
    ["another spelling of the owner's", respell(webauthnHandle.toString("base64url"))],
    ["the owner's, padded", `${webauthnHandle.toString("base64url")}=`],
  ])("PK-07 with a user handle that is %s", (_, userHandle) => {
    expect(assert(authenticator, stored, { userHandle })).toEqual(refusedFor("user_handle"));
  });

  it("PK-07 with the owner's handle at another account's row", () => {
    const foreign = { ...stored, webauthnHandle: randomBytes(32) };
    expect(assert(authenticator, foreign)).toEqual(refusedFor("user_handle"));
  });

  it("of another credential than the stored one", () => {
    const other = createAuthenticator({ origin: ORIGIN });
    const otherRow = storedOf(other);
    expect(assert(authenticator, otherRow)).toEqual(refusedFor("credential_id"));
    expect(assert(authenticator, otherRow, { id: other.id })).toEqual(refusedFor("signature"));
  });

  it.each(own)("PK-09 of $name signed by another key", ({ authenticator, stored }) => {
    const other = own.find(({ name }) => name === "ES256")!.authenticator; // one of the three
    const foreign = authenticator === other ? createAuthenticator({ origin: ORIGIN }) : other;
    foreign.create({
      challenge: "",
      rp: {},
      user: { id: webauthnHandle.toString("base64url") },
      pubKeyCredParams: Object.values(named).map((alg) => ({ alg })),
    });
    const verified = assert(foreign, stored, { id: authenticator.id });
    expect(verified).toEqual(refusedFor("signature"));
  });

  it("PK-09 with a signature of another hash", () => {
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    expect(publicKey.type).toBe("public");
    const signature = (bytes: Buffer) => sign("sha512", bytes, privateKey);
    expect(assert(authenticator, stored, { signature })).toEqual(refusedFor("signature"));
  });

  it("by a stored key of an algorithm or a form that is not offered, whoever stored it", () => {
    const publicKey = Buffer.from(stored.publicKey);
    publicKey[4] = 0x27; // -8 in the place of -7
    expect(assert(authenticator, { ...stored, publicKey })).toEqual(refusedFor("key"));
    publicKey[4] = 0x22; // -3
    expect(assert(authenticator, { ...stored, publicKey })).toEqual(refusedFor("algorithm"));
    const longer = Buffer.concat([stored.publicKey, Buffer.of(0)]);
    expect(assert(authenticator, { ...stored, publicKey: longer })).toEqual(refusedFor("key"));
  });

  it("with another challenge, or a part that was changed after it was signed", () => {
    const challenge = newChallenge();
    const genuine = authenticator.get({ challenge, rpId: RP_ID });
    const verdict = (response: object, expected = challenge) =>
      verifyAssertion({ ...genuine, response: { ...genuine.response, ...response } }, stored, expectedOf(expected)); // prettier-ignore
    expect(verdict({}).ok).toBe(true);
    expect(verdict({}, newChallenge())).toEqual(refusedFor("challenge"));
    const client = Buffer.from(genuine.response.clientDataJSON, "base64url").toString();
    const spaced = Buffer.from(client.replace("{", "{ ")).toString("base64url");
    expect(verdict({ clientDataJSON: spaced })).toEqual(refusedFor("signature"));
    const data = Buffer.from(genuine.response.authenticatorData, "base64url");
    data[36] = 1; // the counter
    const counted = data.toString("base64url");
    expect(verdict({ authenticatorData: counted })).toEqual(refusedFor("signature"));
  });

  it.each(["clientDataJSON", "authenticatorData", "signature"] as const)(
    "PK-09 with another spelling of %s",
    (name) => {
      const challenge = newChallenge();
      const genuine = authenticator.get({ challenge, rpId: RP_ID });
      const text = genuine.response[name];
      const plain = text.replaceAll("-", "+").replaceAll("_", "/");
      for (const respelled of [`${text}=`, ` ${text}`, `${text}\n`, `${text}!`, ...(plain === text ? [] : [plain])]) {
        const response = { ...genuine.response, [name]: respelled };
        const verified = verifyAssertion({ ...genuine, response }, stored, expectedOf(challenge));
        expect(verified).toEqual(refusedFor("malformed"));
      }
    },
  ); // prettier-ignore
});

describe("the id by which a credential is found", () => {
  it.each([
    ["AA", "AA", 1],
    ["A".repeat(1364), "A".repeat(1364), 1023],
  ])("is the bytes of a text", (id, rawId, length) => {
    expect(credentialIdOf({ id, rawId })).toHaveLength(length);
  });

  it.each([
    ["two texts", "AA", "AAAA"],
    ["spare bits", "AB", "AB"],
    ["padding", "AA==", "AA=="],
    ["nothing", "", ""],
    ["1024 bytes", `${"A".repeat(1364)}AA`, `${"A".repeat(1364)}AA`],
    ["letters of no alphabet", "Ä", "Ä"],
  ])("PK-09 is none of %s", (_, id, rawId) => {
    expect(credentialIdOf({ id, rawId })).toBeUndefined();
  });
});
