/** The terms of both ceremonies of WebAuthn Level 3: registration (§7.1) and assertion (§7.2). */
import type { RelyingParty } from "../ports/dependencies.ts";

export interface ExpectedCeremony {
  /** Base64url, as the options had it. */
  readonly challenge: string;
  readonly relyingParty: Pick<RelyingParty, "id" | "origins">;
  /** Of the options: where it is "required", an answer without the UV flag is refused (PK-04). */
  readonly userVerification: "required" | "preferred";
}

/** The reason of a refusal, for the log alone: an answer that tells it would tell which credentials there are. */
export type WebauthnFault =
  | "malformed"
  | "type"
  | "challenge"
  | "origin"
  | "cross_origin"
  | "rp"
  | "presence"
  | "verification"
  | "backup"
  | "algorithm"
  | "key"
  | "credential_id"
  | "signature"
  | "user_handle";

export type Verified<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: WebauthnFault };

export function refused(fault: WebauthnFault): {
  readonly ok: false;
  readonly fault: WebauthnFault;
} {
  return { ok: false, fault };
}
