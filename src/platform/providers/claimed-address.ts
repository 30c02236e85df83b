/** The address in the claims of a provider. */
import type { JsonObject } from "./json.ts";

/** RFC 5321 §4.5.3.1.3: a path has at most 256 octets, its angle brackets included. */
const ADDRESS_MAX_LENGTH = 254;

/** Undefined where there is none, or one that no account could have. */
export function claimedAddress({ email }: JsonObject): string | undefined {
  return typeof email === "string" && email.length > 0 && email.length <= ADDRESS_MAX_LENGTH
    ? email
    : undefined;
}
