/** Ways to sign in by which an account is somebody's. The last one stays; the server says so too (PK-14, FD-18). */
import type { Schemas } from "@portcullis/client";

export interface WaysIn {
  readonly hasPassword: boolean;
  readonly passkeys: readonly Pick<Schemas["Passkey"], "id" | "signsIn">[];
  readonly identities: readonly Pick<Schemas["Identity"], "id" | "provider">[];
  /** Signing in by mail is offered. */
  readonly mailCode: boolean;
  /** Ids of those that the service offers now. */
  readonly providers: readonly string[];
}

/** True where nobody could sign in without the passkey or the linked provider of this id. */
export function isLastWayIn(id: string, ways: WaysIn): boolean {
  if (ways.hasPassword || ways.mailCode) return false;
  const isLeft = (other: { readonly id: string }) => other.id !== id;
  return !(
    ways.passkeys.some((passkey) => passkey.signsIn && isLeft(passkey)) ||
    ways.identities.some(
      (identity) => ways.providers.includes(identity.provider) && isLeft(identity),
    )
  );
}
