/** Where passkeys are good: the settings, what stands where they are not set, and what browsers refuse. */
import { isOnAddress, leavesInPlainText } from "./setting-values.ts";

interface Given {
  readonly WEBAUTHN_RP_ID?: string | undefined;
  readonly WEBAUTHN_ORIGINS?: ReadonlySet<string> | undefined;
}

/** The settings in force. `ours` is the server's own origin: its host and itself, where the settings name no others. */
export function passkeySettingsOf(ours: string, given: Given) {
  return {
    WEBAUTHN_RP_ID: given.WEBAUTHN_RP_ID ?? hostOf(ours) ?? "",
    WEBAUTHN_ORIGINS: given.WEBAUTHN_ORIGINS ?? new Set([ours]),
  };
}

/**
 * Says why no browser would make a passkey with these settings: no origin may claim the RP ID (WebAuthn Level 3 §5.1.3).
 * One that may is enough: it vouches for the others by `getRelatedOrigins`. Undefined where nothing is set.
 */
export function passkeyFault(ours: string, given: Given): string | undefined {
  if (given.WEBAUTHN_RP_ID === undefined && given.WEBAUTHN_ORIGINS === undefined) return undefined;
  const { WEBAUTHN_RP_ID: id, WEBAUTHN_ORIGINS: origins } = passkeySettingsOf(ours, given);
  // An app vouches for itself in a file of the domain, not by its origin.
  const hosts = [...origins].map(hostOf).filter((host) => host !== undefined);
  if (id === "" || hosts.length === 0) return undefined; // a PUBLIC_URL that is none has a fault of its own
  if (hosts.some((host) => mayClaim(host, id))) return undefined;
  if (given.WEBAUTHN_RP_ID === undefined)
    return "must be set: no origin in WEBAUTHN_ORIGINS is on the host of PUBLIC_URL or below it. Set it to the domain that they share, such as example.com";
  const where =
    given.WEBAUTHN_ORIGINS === undefined ? "PUBLIC_URL" : "an origin in WEBAUTHN_ORIGINS";
  return `must be the host of ${where}, or a domain above it, such as example.com for https://app.example.com: browsers refuse every other`;
}

/** Says why passkeys do not work at PUBLIC_URL, while all else does. */
export function passkeyRemark(publicUrl: URL | null, given: Given): string | undefined {
  // Pages of WEBAUTHN_ORIGINS are https or on this machine, and their names are judged as a fault.
  if (publicUrl === null || given.WEBAUTHN_ORIGINS !== undefined) return undefined;
  if (isOnAddress(publicUrl.href))
    return "PUBLIC_URL is an IP address: browsers make passkeys for names alone, so there are none here. Give it a name, such as https://auth.example.com, or http://localhost:3000 on this machine";
  if (leavesInPlainText(publicUrl))
    return "PUBLIC_URL is plain http: browsers make passkeys over https, and on localhost, so there are none here. Put TLS in front, and begin it with https";
  return undefined;
}

/** The host of a page's origin; undefined for `android:apk-key-hash:…`. */
function hostOf(origin: string): string | undefined {
  return URL.parse(origin)?.hostname || undefined;
}

/** A domain above a host has a dot, as `example.com`: browsers take no `com`, nor `localhost` for what is below it. */
function mayClaim(host: string, id: string): boolean {
  return host === id || (host.endsWith(`.${id}`) && id.includes("."));
}
