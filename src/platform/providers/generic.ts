/** Any provider that keeps to OpenID Connect, such as Keycloak, Authentik, Zitadel, Okta, Auth0. */
import { claimedAddress } from "./claimed-address.ts";
import type { OpenIdRules } from "./openid-connect.ts";
import type { ProviderOptions } from "./provider-options.ts";

export function generic({ issuer, issuerAliases }: ProviderOptions): OpenIdRules {
  const names = new Set([issuer, ...issuerAliases]);
  return {
    source: { url: issuer, names },
    issuers: new Map([...names].map((name) => [name, issuer])),
    // The boolean alone: "true" and 1 are mistakes, and a mistake vouches for nothing (Core 1.0 §5.1).
    address: (claims) => claimedAddress(claims, claims["email_verified"] === true),
    asksUserInfo: true,
  };
}
