/** Google. What differs is in "Verify the Google ID token on your server side" and "OpenID Connect", developers.google.com/identity. */
import { claimedAddress } from "./claimed-address.ts";
import { generic } from "./generic.ts";
import type { JsonObject } from "./json.ts";
import type { OpenIdRules } from "./openid-connect.ts";
import type { ProviderOptions } from "./provider-options.ts";

/** "The Issuer Identifier … Always https://accounts.google.com or accounts.google.com": of the token's `iss`. */
export const GOOGLE = "https://accounts.google.com";
const ISSUER_OF_OLD = "accounts.google.com";

export function google(options: ProviderOptions): OpenIdRules {
  const rules = generic(options);
  const issuers = new Map(rules.issuers);
  if (options.issuer === GOOGLE) issuers.set(ISSUER_OF_OLD, GOOGLE);
  return {
    ...rules,
    issuers,
    address: (claims) => claimedAddress(claims, isVouchedFor(claims)),
  };
}

/**
 * Google is authoritative for "a `@gmail.com` address", and where "`email_verified` is true and `hd` is set". Of another
 * address it says that it was proved once, and ownership "may have changed" since.
 */
function isVouchedFor({ email, email_verified, hd }: JsonObject): boolean {
  if (email_verified !== true) return false;
  const isGmail = typeof email === "string" && email.toLowerCase().endsWith("@gmail.com");
  return isGmail || (typeof hd === "string" && hd !== "");
}
