/**
 * Our verifier beside @simplewebauthn/server. What that refuses, ours refuses; what ours alone refuses has a reason
 * in the lists. The exception is attestation: the library judges statements, and ours believes none (PK-10).
 */
import { verifyAuthenticationResponse, verifyRegistrationResponse } from "@simplewebauthn/server";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { passkeyAlgorithms } from "../../../src/domain/webauthn/cose-key.ts";
import { type StoredPasskey, verifyAssertion } from "../../../src/domain/webauthn/verify-assertion.ts"; // prettier-ignore
import { verifyRegistration } from "../../../src/domain/webauthn/verify-registration.ts";
import { AT, type Authenticator, coseKeyOf, createAuthenticator, type Twist, UP, UV } from "../../support/authenticator.ts"; // prettier-ignore
import { ANDROID, creationOptions, expectedOf, named, newChallenge, ORIGIN, RP_ID, storedOf } from "./ceremonies.ts"; // prettier-ignore
import {
  type Case,
  cases,
  clientData,
  flags,
  type Lie,
  origin,
  shape,
  type TakenIn,
  withFlags,
} from "./faults.ts";

const own = Object.entries(named).map(([name, algorithm]) => {
  const authenticator = createAuthenticator({ origin: ORIGIN, algorithm, step: 1 });
  return { name, authenticator, stored: storedOf(authenticator) };
});
const rsa = own.find(({ name }) => name === "RS256")!; // one of the three
const es256 = own.find(({ name }) => name === "ES256")!; // and another

const common = {
  expectedOrigin: [ORIGIN, ANDROID],
  expectedRPID: RP_ID,
  requireUserVerification: true,
};

/** The verdicts on one registration. */
async function registrationBy(authenticator: Authenticator, twist: Twist) {
  const options = creationOptions();
  const response = authenticator.create(options, twist);
  const ours = verifyRegistration(response, expectedOf(options.challenge));
  const theirs = await isTaken(() =>
    verifyRegistrationResponse({
      ...common,
      response: { ...response, response: { ...response.response, transports: [] } },
      expectedChallenge: options.challenge,
      supportedAlgorithmIDs: [...passkeyAlgorithms],
    }),
  );
  return { ours: ours.ok ? "taken" : ours.fault, theirs };
}

/** The verdicts on one assertion. The library has no handle to compare with, and a counter that we leave to storage. */
async function assertionBy(authenticator: Authenticator, stored: StoredPasskey, twist: Twist) {
  const challenge = newChallenge();
  const response = authenticator.get({ challenge, rpId: RP_ID }, twist);
  const ours = verifyAssertion(response, stored, expectedOf(challenge));
  const theirs = await isTaken(() =>
    verifyAuthenticationResponse({
      ...common,
      response,
      expectedChallenge: challenge,
      credential: {
        id: Buffer.from(stored.credentialId).toString("base64url"),
        publicKey: new Uint8Array(stored.publicKey),
        counter: 0,
      },
    }),
  );
  return { ours: ours.ok ? "taken" : ours.fault, theirs };
}

async function isTaken(judge: () => Promise<{ readonly verified: boolean }>): Promise<boolean> {
  try {
    return (await judge()).verified;
  } catch {
    return false; // it mixes throws and values
  }
}

/** A lie's verdicts: ours names the fault, and the library's is as listed. */
const verdicts = ({ fault, takenIn }: Case, ceremony: TakenIn) => ({
  ours: fault,
  theirs: takenIn === "both" || takenIn === ceremony,
});

const keyOf = (changes: readonly (readonly [number, Uint8Array | number])[], of = es256) =>
  new Map([...of.authenticator.coseKey, ...changes]);
const p384 = coseKeyOf(-7, generateKeyPairSync("ec", { namedCurve: "P-384" }).publicKey);
const modulus = rsa.authenticator.coseKey.get(-1) as Buffer; // as the authenticator made it

/** Taken by the library, refused by ours: each is a reason for a verifier of our own (decision 16). */
const keysOfOursAlone: readonly Lie[] = [
  ["P-384 under ES256", { coseKey: p384 }, "key", "both"],
  ["a point off the curve", { coseKey: keyOf([[-3, Buffer.alloc(32)]]) }, "key", "both"],
  ["a parameter more", { coseKey: keyOf([[2, Buffer.alloc(4000)]]) }, "key", "both"],
  ["RSA of 512 bits", { coseKey: keyOf([[-1, modulus.subarray(-64)]], rsa) }, "key", "both"],
  ["RSA of 8192 bits", { coseKey: keyOf([[-1, Buffer.concat([modulus, modulus, modulus, modulus])]], rsa) }, "key", "both"], // prettier-ignore
  ["an exponent of 256 bytes", { coseKey: keyOf([[-2, modulus]], rsa) }, "key", "both"],
];

describe("a registration", () => {
  it.each(own)("of $name is taken by both", async ({ authenticator }) => {
    const verdicts = await registrationBy(authenticator, {});
    expect(verdicts).toEqual({ ours: "taken", theirs: true });
  });

  const lies: readonly Lie[] = [
    ...origin,
    ...clientData,
    ...withFlags(AT, flags),
    ...shape,
    ["an id inside that is another", { attestedId: randomBytes(32) }, "credential_id", "both"],
    ["a byte after the object", { attestationObject: (b) => Buffer.concat([b, Buffer.of(0)]) }, "malformed", "both"], // prettier-ignore
    ...keysOfOursAlone,
  ];
  it.each(cases(lies))("with $what is judged as listed", async (lie) => {
    expect(await registrationBy(es256.authenticator, lie.twist)).toEqual(
      verdicts(lie, "registration"),
    );
  });

  it("with an id of 1024 bytes is refused by ours alone", async () => {
    const authenticator = createAuthenticator({ origin: ORIGIN, idLength: 1024 });
    const verdicts = await registrationBy(authenticator, {});
    expect(verdicts).toEqual({ ours: "credential_id", theirs: true });
  });

  it.each([
    ["a statement with none", { attStmt: { a: 1 } }],
    ["a format that nobody knows", { fmt: "other" }],
    [
      "a statement that is not true",
      { fmt: "packed", attStmt: { alg: -7, sig: Buffer.alloc(70) } },
    ],
  ])("with %s is taken by ours alone: we believe no attestation", async (_, twist) => {
    const verdicts = await registrationBy(es256.authenticator, twist);
    expect(verdicts).toEqual({ ours: "taken", theirs: false });
  });
});

describe("an assertion", () => {
  it.each(own)("of $name is taken by both", async ({ authenticator, stored }) => {
    const verdicts = await assertionBy(authenticator, stored, {});
    expect(verdicts).toEqual({ ours: "taken", theirs: true });
  });

  const lies: readonly Lie[] = [
    ...origin,
    ...clientData,
    ...flags,
    ...shape,
    ["a random signature", { signature: () => randomBytes(70) }, "signature"],
    ["no signature", { signature: () => Buffer.of() }, "signature"],
    [
      "a signature and a byte",
      { signature: (b) => Buffer.concat([b, Buffer.of(0)]) },
      "signature",
      "assertion",
    ],
    ["another owner's handle", { userHandle: "AAAA" }, "user_handle", "both"],
    ["eligibility that changed", { flags: UP | UV }, "backup", "both"],
    ["another credential's id", { id: "AAAA" }, "credential_id", "both"],
  ];
  it.each(cases(lies))("with $what is judged as listed", async (lie) => {
    expect(await assertionBy(es256.authenticator, es256.stored, lie.twist)).toEqual(
      verdicts(lie, "assertion"),
    );
  });
});

/** Members of client data and flags by chance, mostly near to what is right. */
const twists = fc.record(
  {
    clientData: fc.dictionary(
      fc.constantFrom("type", "challenge", "origin", "crossOrigin", "topOrigin", "more"),
      fc.oneof(
        fc.constantFrom(undefined, null, true, false, "", ORIGIN, ANDROID, "null"),
        fc.constantFrom("webauthn.create", "webauthn.get", "https://evil.com", 1, [ORIGIN], {}),
      ),
      { maxKeys: 2 },
    ),
    rpId: fc.constantFrom(RP_ID, RP_ID, "example.org", ""),
    flags: fc.nat(255),
    signCount: fc.nat(2 ** 32 - 1),
    extensions: fc.constantFrom({}, { a: 1 }, [], 0, "a"),
    authData: fc.constantFrom(
      (bytes: Buffer) => bytes,
      (bytes: Buffer) => bytes.subarray(0, -1),
      (bytes: Buffer) => Buffer.concat([bytes, Buffer.of(0xa0)]),
    ),
    id: fc.constantFrom("AAAA", "", "AA=="),
    rawId: fc.constantFrom("AAAA", ""),
  },
  { requiredKeys: [] },
);

/** Faults that the library does not look for, or that come before one that it has found. */
const ofOursAlone = ["cross_origin", "malformed", "credential_id", "backup", "user_handle"];

describe("of 600 generated ceremonies", () => {
  const holds = ({ ours, theirs }: { readonly ours: string; readonly theirs: boolean }) => {
    if (!theirs) expect(ours).not.toBe("taken");
    else expect(["taken", ...ofOursAlone]).toContain(ours);
  };
  const which = fc.constantFrom(...own);

  it("no registration that the library refuses is taken, and what ours alone refuses is listed", async () => {
    const property = fc.asyncProperty(which, twists, async ({ authenticator }, twist) =>
      holds(await registrationBy(authenticator, twist as Twist)), // extensions of every kind
    );
    await fc.assert(property, { numRuns: 300 });
  }); // prettier-ignore

  it("no assertion that the library refuses is taken, and what ours alone refuses is listed", async () => {
    const property = fc.asyncProperty(which, twists, async ({ authenticator, stored }, twist) =>
      holds(await assertionBy(authenticator, stored, twist as Twist)), // extensions of every kind
    );
    await fc.assert(property, { numRuns: 300 });
  }); // prettier-ignore
});
