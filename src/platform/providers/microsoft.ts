/** Microsoft Entra ID. What differs is in learn.microsoft.com/entra/identity-platform, on the pages that are named here. */
import { claimedAddress } from "./claimed-address.ts";
import type { Why } from "./faults.ts";
import type { JsonObject } from "./json.ts";
import type { OpenIdRules } from "./openid-connect.ts";
import type { ProviderOptions } from "./provider-options.ts";

/** "ID token claims reference", `tid`: the tenant of personal accounts. */
export const CONSUMERS = "9188040d-6c67-4c5b-b112-36a304b66dad";

export function microsoft(options: ProviderOptions): OpenIdRules {
  const { issuer, tenants } = options;
  const [only, another] = [...tenants];
  // "OpenID Connect on the Microsoft identity platform": `organizations` lets in work and school accounts alone,
  // `common` personal ones too. Their documents have `{tenantid}` where a tenant's own has its id.
  const isOne = only !== undefined && another === undefined;
  const path = isOne ? only : tenants.has(CONSUMERS) ? "common" : "organizations";
  const named = isOne ? only : "{tenantid}";
  return {
    source: {
      url: versionTwo(issuer, path),
      names: new Set([versionTwo(issuer, named)]),
    },
    issuers: new Map(
      [...tenants].map((tenant) => versionTwo(issuer, tenant)).map((name) => [name, name]),
    ),
    refuse: ({ tid, iss }, key) => refuseTenant(tid, iss, key, options),
    address: (claims) => claimedAddress(claims, isVouchedFor(claims)),
    // Its userinfo says nothing of who proved an address.
    asksUserInfo: false,
  };
}

/** "Access tokens", on validating the issuer: the tenant is a GUID, and the issuer is spelled from it (FD-11). */
function refuseTenant(
  tid: unknown,
  iss: unknown,
  key: JsonObject | undefined,
  { issuer, tenants }: ProviderOptions,
): Why | undefined {
  if (typeof tid !== "string" || !tenants.has(tid)) return "token_tenant";
  if (iss !== versionTwo(issuer, tid)) return "token_tenant";
  // A key of the shared documents says whose tokens it signs: `{tenantid}` for those of every tenant, or one issuer.
  const signsFor = key?.["issuer"];
  if (key === undefined) return "token_key_issuer";
  if (signsFor === undefined) return undefined;
  const isFor = typeof signsFor === "string" && signsFor.replace("{tenantid}", tid) === iss;
  return isFor ? undefined : "token_key_issuer";
}

/**
 * "Migrate away from using email claims for user identification or authorization": anybody who administers a tenant can
 * write any address into it. `xms_edov` says that the owner of its domain was verified; it comes in each of these forms.
 */
function isVouchedFor({ xms_edov }: JsonObject): boolean {
  return xms_edov === true || xms_edov === 1 || xms_edov === "1" || xms_edov === "true";
}

function versionTwo(host: string, tenant: string): string {
  return `${host}/${tenant}/v2.0`;
}
