/** The keys that AUTH_SECRET gives, one for each purpose. */
import type { KeyObject } from "node:crypto";

/**
 * Those of MACs are key objects: a MAC under bytes costs four times as much, because the bytes become one
 * anew each time. Nor does a key object show its bytes where it is printed.
 */
export interface SecretKeys {
  readonly passwordPepper: KeyObject;
  readonly csrf: KeyObject;
  readonly refreshToken: KeyObject;
  readonly cursor: KeyObject;
  readonly signingKeySeal: Uint8Array;
  readonly mailSeal: Uint8Array;
  readonly challengeSeal: Uint8Array;
  readonly challengeCode: KeyObject;
  readonly totpSeal: Uint8Array;
  /** Of the signer keys of Firebase projects. */
  readonly signerKeySeal: Uint8Array;
  readonly limitKeys: KeyObject;
  /** Of questions of `portcullis doctor`, and of their answers. Nothing that is stored depends on them. */
  readonly probe: KeyObject;
  readonly probeSeal: Uint8Array;
}
