/** The signer key of a Firebase project, which its hashes need: kept beside each of them, and never in plain. */
import type { SecretKeys } from "./ports/secret-keys.ts";
import { seal, unseal } from "./sealing.ts";

type Seal = Pick<SecretKeys, "signerKeySeal">;

/** It belongs to no row: a hash of the project that is put to another account is that account's. */
const LABEL = "firebase signer key";

export function sealSignerKey({ signerKeySeal }: Seal, signerKey: Uint8Array): Uint8Array {
  return seal(signerKeySeal, signerKey, LABEL);
}

/** Undefined where it was altered, or AUTH_SECRET is another. */
export function openSignerKey({ signerKeySeal }: Seal, sealed: Uint8Array): Uint8Array | undefined {
  return unseal(signerKeySeal, sealed, LABEL);
}
