/** Registration of a passkey (WebAuthn Level 3 §7.1). */
import { readAuthenticatorData } from "./authenticator-data.ts";
import { credentialIdOf, decodeBase64url } from "./base64url.ts";
import { readCbor } from "./cbor.ts";
import { type ExpectedCeremony, refused, type Verified } from "./ceremony.ts";
import { faultOfClientData } from "./client-data.ts";
import { type PasskeyAlgorithm, readNewKey } from "./cose-key.ts";

/** A part of RegistrationResponseJSON (§5.1); each text is base64url. */
export interface RegistrationCredential {
  readonly id: string;
  readonly rawId: string;
  readonly response: { readonly clientDataJSON: string; readonly attestationObject: string };
}

export interface NewCredential {
  /** 1 to 1023 bytes. */
  readonly credentialId: Uint8Array;
  /** A COSE key of one of `passkeyAlgorithms`, 42 to 540 bytes. */
  readonly publicKey: Uint8Array;
  readonly algorithm: PasskeyAlgorithm;
  /** 0 to 2^32 - 1; synced passkeys stay at 0. */
  readonly signCount: number;
  readonly backupEligible: boolean;
  readonly backedUp: boolean;
  readonly userVerified: boolean;
  /** The model of the authenticator, 16 bytes. Nothing proves it, as nothing is attested. */
  readonly aaguid: Uint8Array;
}

/**
 * Judges a new credential. The caller has spent the challenge before, and stores a credential id once.
 * The format and the statement of an attestation are neither read nor refused: we ask for "none" and believe none, but
 * some authenticators attest all the same (PK-10).
 */
export function verifyRegistration(
  credential: RegistrationCredential,
  expected: ExpectedCeremony,
): Verified<NewCredential> {
  const clientData = decodeBase64url(credential.response.clientDataJSON);
  if (clientData === undefined) return refused("malformed");
  const fault = faultOfClientData(clientData, "webauthn.create", expected);
  if (fault !== undefined) return refused(fault);
  const authenticatorData = authenticatorDataOf(credential.response.attestationObject);
  if (authenticatorData === undefined) return refused("malformed");
  const read = readAuthenticatorData(authenticatorData, expected);
  if (!read.ok) return read;
  const { attested, ...said } = read.value;
  if (attested === undefined) return refused("malformed");
  // The id that is outside is nobody's word: the one inside is what the authenticator will answer to.
  const credentialId = credentialIdOf(credential);
  if (credentialId?.equals(attested.credentialId) !== true) return refused("credential_id");
  const key = readNewKey(attested.publicKey);
  if (!key.ok) return key;
  return {
    ok: true,
    value: {
      ...said,
      credentialId: new Uint8Array(credentialId),
      publicKey: new Uint8Array(attested.publicKey), // a copy, which does not keep the whole object alive
      algorithm: key.value.algorithm,
      aaguid: new Uint8Array(attested.aaguid),
    },
  };
}

/** The authenticator data of an attestation object (§6.5.4), of which it is one of three members. */
function authenticatorDataOf(attestationObject: string): Buffer | undefined {
  const bytes = decodeBase64url(attestationObject);
  const item = bytes && readCbor(bytes, 0);
  if (!(item?.value instanceof Map) || item.end !== bytes?.length) return undefined;
  const data: unknown = item.value.get("authData");
  return data instanceof Buffer ? data : undefined;
}
