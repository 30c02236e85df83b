/**
 * Ceremonies of passkeys: what a browser is asked, and the challenge its answer is judged by. One answer ends a
 * ceremony, right or wrong: it is spent before it is looked at, so that none is tried twice (PK-01).
 */
import { randomBytes } from "node:crypto";
import type { z } from "zod";
import type {
  AssertionCredential as AssertionCredentialSchema,
  PasskeyCreationOptions as PasskeyCreationOptionsSchema,
  PasskeyRequest as PasskeyRequestSchema,
  PasskeyRequestOptions as PasskeyRequestOptionsSchema,
} from "../contract/passkey-values.ts";
import { openSealed, prepareChallenge } from "./challenges.ts";
import type { Uses } from "./change.ts";
import type { Challenge, ChallengePurpose, NewChallenge } from "./ports/challenges.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import type { Passkey, PasskeyWithOwner } from "./ports/passkeys.ts";
import type { Stores } from "./ports/storage.ts";
import type { User } from "./ports/users.ts";
import { hashSecret } from "./secrets.ts";
import type { ExpectedCeremony } from "./webauthn/ceremony.ts";
import { passkeyAlgorithms } from "./webauthn/cose-key.ts";
import { credentialIdOf } from "./webauthn/base64url.ts";
import type { Assertion, StoredPasskey } from "./webauthn/verify-assertion.ts";

export type AssertionCredential = z.output<typeof AssertionCredentialSchema>;
export type PasskeyRequest = z.output<typeof PasskeyRequestSchema>;
type PasskeyCreationOptions = z.output<typeof PasskeyCreationOptionsSchema>;
type PasskeyRequestOptions = z.output<typeof PasskeyRequestOptionsSchema>;

/** The browser's answer, and the handle of the ceremony it answers. */
export interface PasskeyAnswer {
  readonly challengeToken: string;
  readonly credential: AssertionCredential;
}

type Verification = ExpectedCeremony["userVerification"];

/** A sign-in by passkey alone is two factors in one, and the second is the user's verification (PK-04). */
export const SIGN_IN_VERIFICATION: Verification = "required";
/** Beside another factor, and where a passkey is made: a security key without a PIN is good as well. */
export const FACTOR_VERIFICATION: Verification = "preferred";

type CeremonyPurpose = Extract<
  ChallengePurpose,
  "passkey_setup" | "passkey_login" | "second_factor_passkey" | "reauthentication"
>;

export interface CeremonyRequest {
  readonly purpose: CeremonyPurpose;
  readonly userId?: string;
  /** The session that begins it, with which it ends. */
  readonly sessionId?: string;
  /** The id of the half-login that it is to finish. */
  readonly subject?: string;
}

export interface NewCeremony {
  /** To be stored. */
  readonly challenge: NewChallenge;
  readonly challengeToken: string;
  readonly expiresInSeconds: number;
  /** The challenge of WebAuthn: 32 random bytes in base64url, for the browser and for nobody else to know. */
  readonly asked: string;
}

/** Makes a ceremony. Nothing is stored. */
export function prepareCeremony(
  deps: Pick<Journal, "newId"> & Uses<"secretKeys" | "lifetimes">,
  occasion: Occasion,
  request: CeremonyRequest,
): NewCeremony {
  const asked = randomBytes(32).toString("base64url");
  const kept: Kept = { asked };
  const { challenge, challengeToken, expiresInSeconds } = prepareChallenge(deps, occasion, {
    ...request,
    lifetimeSeconds: deps.lifetimes.ceremonySeconds,
    sealed: kept,
    by: ["handle"],
  });
  return { challenge, challengeToken, expiresInSeconds, asked };
}

interface Kept {
  readonly asked: string;
}

/** A ceremony that was begun here, and is spent. */
export interface TakenCeremony {
  readonly challenge: Challenge;
  readonly asked: string;
}

/** Spends the ceremony behind the handle, before anything else is looked at; undefined where it is not good (PK-01). */
export async function takeCeremony(
  { storage, secretKeys }: Uses<"storage" | "secretKeys">,
  { now }: Occasion,
  purpose: CeremonyPurpose,
  challengeToken: string,
): Promise<TakenCeremony | undefined> {
  const challenge = await storage.challenges.take(purpose, hashSecret(challengeToken), now);
  // One that sent a mail has the purpose `reauthentication` too, and asked no browser.
  if (challenge === undefined || challenge.sealed === null) return undefined;
  const { asked } = openSealed({ secretKeys }, challenge) as Kept; // sealed above, under the same id
  return { challenge, asked };
}

/** The terms by which the answer is judged. */
export function expectedOf(
  { relyingParty }: Uses<"relyingParty">,
  challenge: string,
  userVerification: Verification,
): ExpectedCeremony {
  return { challenge, relyingParty, userVerification };
}

/** Asks for a new passkey, and for none of the account's on an authenticator that has one. */
export function creationOptions(
  { relyingParty }: Uses<"relyingParty">,
  { asked, expiresInSeconds }: NewCeremony,
  { email, name }: User,
  webauthnHandle: Uint8Array,
  known: readonly Passkey[],
): PasskeyCreationOptions {
  return {
    rp: { id: relyingParty.id, name: relyingParty.name },
    user: {
      id: Buffer.from(webauthnHandle).toString("base64url"),
      name: email,
      displayName: name ?? email,
    },
    challenge: asked,
    pubKeyCredParams: passkeyAlgorithms.map((alg) => ({ type: "public-key" as const, alg })),
    timeout: expiresInSeconds * 1000,
    excludeCredentials: known.map(descriptorOf),
    authenticatorSelection: {
      residentKey: "preferred",
      requireResidentKey: false,
      userVerification: FACTOR_VERIFICATION,
    },
    attestation: "none",
    extensions: { credProps: true },
  };
}

/** Asks for one of these passkeys; for any that the authenticator finds, where there are none. */
export function passkeyRequest(
  { relyingParty }: Uses<"relyingParty">,
  { asked, challengeToken, expiresInSeconds }: NewCeremony,
  userVerification: Verification,
  allowed: readonly Passkey[],
): PasskeyRequest {
  const options: PasskeyRequestOptions = {
    challenge: asked,
    rpId: relyingParty.id,
    timeout: expiresInSeconds * 1000,
    userVerification,
    allowCredentials: allowed.map(descriptorOf),
  };
  return { challengeToken, options, expiresInSeconds };
}

function descriptorOf({ credentialId, transports }: Passkey) {
  const id = Buffer.from(credentialId).toString("base64url");
  return { id, type: "public-key" as const, transports: [...transports] };
}

/** The passkey that the answer names, whoever has it. */
export async function findAnswering(
  { storage }: Uses<"storage">,
  credential: AssertionCredential,
): Promise<PasskeyWithOwner | undefined> {
  const credentialId = credentialIdOf(credential);
  return credentialId && storage.passkeys.findByCredentialId(credentialId);
}

/** The passkey as the verifier judges answers by it. */
export function storedOf({ passkey, webauthnHandle }: PasskeyWithOwner): StoredPasskey {
  const { credentialId, publicKey, backupEligible } = passkey;
  return { credentialId, publicKey, backupEligible, webauthnHandle };
}

/** Moves the counter of a passkey on, within the change that its answer allows; false where it is not to be believed (PK-05). */
export async function usePasskey(
  { passkeys }: Pick<Stores, "passkeys">,
  { id, backupEligible }: PasskeyWithOwner["passkey"],
  { signCount, backedUp }: Assertion,
  now: number,
): Promise<boolean> {
  return passkeys.use({ id, signCount, backedUp, backupEligible, now });
}
