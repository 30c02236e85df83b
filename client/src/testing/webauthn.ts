/**
 * Passkeys, as far as the fake server reads them: it verifies no signature, no origin and no attestation. It does hold
 * a credential to its ceremony, to its account, and to what its authenticator says of itself.
 */
import type { components } from "../generated/schema.ts";
import { base64url } from "./rows.ts";

type Schemas = components["schemas"];
type Registration = Schemas["RegistrationCredential"];
type Assertion = Schemas["AssertionCredential"];

/** Flags of authenticator data (WebAuthn Level 3 §6.1). */
export const flag = { present: 1, verified: 4, eligible: 8, backedUp: 16, attested: 64 } as const;
export const FLAGS_AT = 32;
export const COUNTER_AT = 33;
export const AUTHENTICATOR_DATA_BYTES = 37;
const AAGUID_BYTES = 16;

/** An authenticator's word about itself, and about the credential. */
export interface AuthenticatorData {
  readonly isPresent: boolean;
  readonly isVerified: boolean;
  readonly isBackedUp: boolean;
  readonly counter: number;
  /** Of a new credential. */
  readonly credentialId: string | undefined;
}

/** True where the browser answered that ceremony. */
export function answers(
  { id, rawId, response }: Registration | Assertion,
  type: "webauthn.create" | "webauthn.get",
  ceremony: string,
): boolean {
  const data = readJson(response.clientDataJSON);
  return id === rawId && data["type"] === type && data["challenge"] === ceremony;
}

/** Of a new credential; undefined where there is none in the attestation. */
export function readRegistration({ response }: Registration): AuthenticatorData | undefined {
  const attestation = bytesOf(response.attestationObject);
  const start = attestationStart(attestation);
  return start === undefined ? undefined : readData(attestation.subarray(start));
}

export function readAssertion({ response }: Assertion): AuthenticatorData | undefined {
  return readData(bytesOf(response.authenticatorData));
}

/** Where the authenticator data begins: after its key and the head of a byte string (RFC 8949 §3), of any length. */
function attestationStart(bytes: Uint8Array): number | undefined {
  const key = "hauthData"; // a text of eight characters begins with 0x68, an h
  const at = latin1(bytes).indexOf(key);
  const head = bytes[at + key.length];
  if (at === -1 || head === undefined || head < 0x58 || head > 0x5b) return undefined;
  return at + key.length + 1 + 2 ** (head - 0x58);
}

function readData(bytes: Uint8Array): AuthenticatorData | undefined {
  if (bytes.length < AUTHENTICATOR_DATA_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const flags = view.getUint8(FLAGS_AT);
  const has = (one: number) => (flags & one) !== 0;
  const idAt = AUTHENTICATOR_DATA_BYTES + AAGUID_BYTES + 2;
  const idLength = bytes.length < idAt ? 0 : view.getUint16(idAt - 2);
  return {
    isPresent: has(flag.present),
    isVerified: has(flag.verified),
    isBackedUp: has(flag.backedUp),
    counter: view.getUint32(COUNTER_AT),
    credentialId: has(flag.attested) ? base64url(bytes.subarray(idAt, idAt + idLength)) : undefined,
  };
}

function readJson(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytesOf(text)));
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function bytesOf(text: string): Uint8Array {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}
