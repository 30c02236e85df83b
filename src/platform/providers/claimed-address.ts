/** The address in the claims of a provider. */
import type { ProvidedAddress } from "../../domain/ports/providers.ts";
import type { JsonObject } from "./json.ts";

/** RFC 5321 §4.5.3.1.3: a path has at most 256 octets, its angle brackets included. */
const ADDRESS_MAX_LENGTH = 254;

/** Undefined where there is none, or one that no account could have. `verified`: by the rules of the kind. */
export function claimedAddress(
  { email }: JsonObject,
  verified: boolean,
): ProvidedAddress | undefined {
  return typeof email === "string" && email.length > 0 && email.length <= ADDRESS_MAX_LENGTH
    ? { email, verified }
    : undefined;
}
