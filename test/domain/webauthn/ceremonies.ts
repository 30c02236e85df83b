/** Both ceremonies between a software authenticator and our verifier, without a server. */
import { randomBytes } from "node:crypto";
import type { ExpectedCeremony } from "../../../src/domain/webauthn/ceremony.ts";
import { passkeyAlgorithms } from "../../../src/domain/webauthn/cose-key.ts";
import {
  type AssertionCredential,
  type StoredPasskey,
  verifyAssertion,
} from "../../../src/domain/webauthn/verify-assertion.ts";
import {
  type RegistrationCredential,
  verifyRegistration,
} from "../../../src/domain/webauthn/verify-registration.ts";
import type { Authenticator, Twist } from "../../support/authenticator.ts";

export const ORIGIN = "https://auth.example.org";
export const ANDROID = "android:apk-key-hash:7d1043473d55bfa90e8530d35801d4e381bc69f0";
export const RP_ID = "auth.example.org";

/** The handle of the account that everything is registered for. */
export const webauthnHandle = randomBytes(32);

export const named = { EdDSA: -8, ES256: -7, RS256: -257 } as const;

export type Terms = Partial<Pick<ExpectedCeremony, "userVerification" | "relyingParty">>;

export function expectedOf(challenge: string, terms: Terms = {}): ExpectedCeremony {
  const relyingParty = { id: RP_ID, origins: new Set([ORIGIN, ANDROID]) };
  return { challenge, relyingParty, userVerification: "required", ...terms };
}

export function creationOptions(challenge = newChallenge()) {
  return {
    challenge,
    rp: { id: RP_ID, name: "Example" },
    user: { id: webauthnHandle.toString("base64url"), name: "a", displayName: "a" },
    pubKeyCredParams: passkeyAlgorithms.map((alg) => ({ type: "public-key", alg })),
  };
}

export function newChallenge(): string {
  return randomBytes(32).toString("base64url");
}

/** Registers, and judges it. */
export function register(authenticator: Authenticator, twist: Twist = {}, terms: Terms = {}) {
  const options = creationOptions();
  return judge(authenticator.create(options, twist), options.challenge, terms);
}

export function judge(credential: RegistrationCredential, challenge: string, terms: Terms = {}) {
  return verifyRegistration(credential, expectedOf(challenge, terms));
}

/** The row of a genuine registration. */
export function storedOf(authenticator: Authenticator, twist: Twist = {}): StoredPasskey {
  const verified = register(authenticator, twist, { userVerification: "preferred" });
  if (!verified.ok) throw new Error(`a genuine registration was refused: ${verified.fault}`);
  return { ...verified.value, webauthnHandle };
}

/** Signs, and judges it. */
export function assert(
  authenticator: Authenticator,
  stored: StoredPasskey,
  twist: Twist = {},
  terms: Terms = {},
) {
  const challenge = newChallenge();
  const credential: AssertionCredential = authenticator.get({ challenge, rpId: RP_ID }, twist);
  return verifyAssertion(credential, stored, expectedOf(challenge, terms));
}

export const refusedFor = (fault: string) => ({ ok: false, fault });
