/** Base64url in one spelling, and credential ids, which are looked up by their bytes. */
import type { CREDENTIAL_ID_MAX_BYTES as promised } from "../../contract/passkey-values.ts";

/** Of one part of a credential. Attestations of the field have 10 kB at most, and nobody asks for one here. */
const PART_MAX_BYTES = 65_536;

/** As the contract has it: another number does not compile. */
const CREDENTIAL_ID_MAX_BYTES: typeof promised = 1023;

/**
 * The bytes of a text, or undefined where it is not their one spelling: Node skips what is no base64url, and takes
 * padding, both alphabets and any spare bits, so that one id could be spelt in many ways (TK-07 has the same).
 */
export function decodeBase64url(text: string): Buffer | undefined {
  if (text.length > Math.ceil((PART_MAX_BYTES * 4) / 3)) return undefined;
  const bytes = Buffer.from(text, "base64url");
  return bytes.toString("base64url") === text ? bytes : undefined;
}

/** The bytes by which a credential is found, or undefined where `id` and `rawId` are not one id of a length that exists. */
export function credentialIdOf(credential: {
  readonly id: string;
  readonly rawId: string;
}): Buffer | undefined {
  const bytes = decodeBase64url(credential.id);
  if (bytes === undefined || credential.id !== credential.rawId) return undefined;
  return isCredentialIdLength(bytes.length) ? bytes : undefined;
}

function isCredentialIdLength(length: number): boolean {
  return length >= 1 && length <= CREDENTIAL_ID_MAX_BYTES;
}
