/** Assertion by a passkey (WebAuthn Level 3 §7.2): a sign-in, or a second factor. */
import { createHash, verify } from "node:crypto";
import { readAuthenticatorData } from "./authenticator-data.ts";
import { credentialIdOf, decodeBase64url } from "./base64url.ts";
import { type ExpectedCeremony, refused, type Verified } from "./ceremony.ts";
import { faultOfClientData } from "./client-data.ts";
import { readStoredKey } from "./cose-key.ts";

/** A part of AuthenticationResponseJSON (§5.1); each text is base64url. */
export interface AssertionCredential {
  readonly id: string;
  readonly rawId: string;
  readonly response: {
    readonly clientDataJSON: string;
    readonly authenticatorData: string;
    readonly signature: string;
    readonly userHandle?: string | null | undefined;
  };
}

/** A passkey as it was stored, and the handle of the account that owns it. */
export interface StoredPasskey {
  readonly credentialId: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly backupEligible: boolean;
  readonly webauthnHandle: Uint8Array;
}

export interface Assertion {
  /** The statement that stores it decides if it may: at most one of two at once is higher. */
  readonly signCount: number;
  readonly backedUp: boolean;
  readonly userVerified: boolean;
}

/**
 * Judges an assertion by a passkey that was found by `credentialIdOf`. The caller has spent the challenge before
 *, and demands a `userHandle` where the account is not known by anything else.
 */
export function verifyAssertion(
  credential: AssertionCredential,
  stored: StoredPasskey,
  expected: ExpectedCeremony,
): Verified<Assertion> {
  const { response } = credential;
  if (credentialIdOf(credential)?.equals(stored.credentialId) !== true)
    return refused("credential_id");
  const clientData = decodeBase64url(response.clientDataJSON);
  const data = decodeBase64url(response.authenticatorData);
  const signature = decodeBase64url(response.signature);
  if (clientData === undefined || data === undefined || signature === undefined)
    return refused("malformed");
  const fault = faultOfClientData(clientData, "webauthn.get", expected);
  if (fault !== undefined) return refused(fault);
  const read = readAuthenticatorData(data, expected);
  if (!read.ok) return read;
  const { signCount, backedUp, userVerified, backupEligible } = read.value;
  const key = readStoredKey(Buffer.from(stored.publicKey));
  if (!key.ok) return key;
  const signed = Buffer.concat([data, createHash("sha256").update(clientData).digest()]);
  const hash = key.value.algorithm === -8 ? null : "sha256"; // EdDSA has its hash within
  if (!verify(hash, signed, key.value.key, signature)) return refused("signature");
  // After the signature, and not before: how long a refusal takes would tell if the credential is known (PK-11).
  const { userHandle = null } = response;
  if (userHandle !== null && !isHandle(userHandle, stored.webauthnHandle))
    return refused("user_handle");
  // §6.1.3: it never changes, so another credential answers (PK-06).
  if (backupEligible !== stored.backupEligible) return refused("backup");
  return { ok: true, value: { signCount, backedUp, userVerified } };
}

/** Another account's handle is another account's passkey (PK-07). */
function isHandle(userHandle: string, webauthnHandle: Uint8Array): boolean {
  return decodeBase64url(userHandle)?.equals(webauthnHandle) === true;
}
