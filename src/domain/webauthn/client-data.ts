/** Client data (WebAuthn Level 3 §5.8.1): the browser's own word on the page, of which the authenticator signs a hash. */
import type { ExpectedCeremony, WebauthnFault } from "./ceremony.ts";

/** Without the BOM that the standard's decoder would skip: no client writes one. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** An origin that browsers write for a page that has none: sandboxed, or out of a file. It is nobody's. */
const OPAQUE_ORIGIN = "null";

/**
 * Judges client data of a ceremony; undefined is no fault. Unknown members are no fault: browsers add some, to keep
 * servers from comparing the text with a template (§5.8.1).
 */
export function faultOfClientData(
  bytes: Uint8Array,
  type: "webauthn.create" | "webauthn.get",
  { challenge, relyingParty }: ExpectedCeremony,
): WebauthnFault | undefined {
  const data = parse(bytes);
  if (data === undefined) return "malformed";
  if (data.type !== type) return "type";
  // No secret from whoever sends it, so time may tell.
  if (data.challenge !== challenge) return "challenge";
  if (!isOrigin(data.origin, relyingParty.origins)) return "origin";
  // A page within a foreign page can be covered or framed to look like anything; we ask for no such ceremony.
  const isCrossOrigin = data.crossOrigin !== undefined && data.crossOrigin !== false;
  if (isCrossOrigin || data.topOrigin !== undefined) return "cross_origin";
  return undefined;
}

interface ClientData {
  readonly type?: unknown;
  readonly challenge?: unknown;
  readonly origin?: unknown;
  readonly crossOrigin?: unknown;
  readonly topOrigin?: unknown;
}

function parse(bytes: Uint8Array): ClientData | undefined {
  try {
    const data: unknown = JSON.parse(utf8.decode(bytes));
    return typeof data === "object" && data !== null ? data : undefined;
  } catch {
    return undefined;
  }
}

/** Exact, never by suffix or by parsing: `new URL("android:apk-key-hash:x").origin` is "null" (PK-03). */
function isOrigin(origin: unknown, origins: ReadonlySet<string>): boolean {
  return typeof origin === "string" && origin !== OPAQUE_ORIGIN && origins.has(origin);
}
