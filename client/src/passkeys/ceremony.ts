/** Asks the browser for a passkey. Every outcome is a value, in words that can be shown. */
import type { Schemas } from "../result.ts";
import { assertionOf, creationOptionsOf, registrationOf, requestOptionsOf } from "./json.ts";
import type { NoPasskey } from "./no-passkey.ts";

/** The sentence of each failure. `rpId` is the domain of the server's passkeys. */
const details = {
  /** By the user, or it took too long, or there is no passkey for this server: a browser does not say which. */
  cancelled: () =>
    "No passkey was used: that was cancelled or took too long, or there is none here for this site. Try again, or sign in another way.",
  /** By your signal, or because another ceremony began. */
  aborted: () => "Another request took the place of this one.",
  /** Not in this browser, not in this version of it, or not on a page without https. */
  unsupported: () =>
    "This browser has no passkeys here. They need a browser of today, and a page with https or on localhost.",
  /** The browser refused the page: see `WEBAUTHN_RP_ID` and `WEBAUTHN_ORIGINS` of the server. */
  wrong_origin: (rpId: string) =>
    `Passkeys of ${rpId} are not for this page (${location.origin}). Open the page under ${rpId}, or let the server name this origin.`,
  /** The device has a passkey of the account already. */
  already_registered: () =>
    "This device has a passkey of this account already. Sign in with it, or use another device.",
  /** Anything else; `error` has it. */
  browser_failed: () => "The browser could not use a passkey. Try again, or sign in another way.",
} satisfies Record<NoPasskey["failure"], (rpId: string) => string>;

/** The failure that a browser means by the name of its error (WebAuthn Level 3 §5.1.3 and §5.1.4). */
const failures: Readonly<Record<string, NoPasskey["failure"]>> = {
  NotAllowedError: "cancelled",
  AbortError: "aborted",
  NotSupportedError: "unsupported",
  SecurityError: "wrong_origin",
  InvalidStateError: "already_registered",
};

type Made<Credential> = { readonly ok: true; readonly credential: Credential } | NoPasskey;
/** A new passkey, as `addPasskey` takes it. */
export type NewPasskey = Made<Schemas["RegistrationCredential"]>;
/** The answer of a passkey, as the operations take it that a passkey ends. */
export type PasskeyAnswer = Made<Schemas["AssertionCredential"]>;

/** The request that waits in the fields of a page. A browser has one ceremony at a time, so the next one ends it. */
let waiting: AbortController | undefined;

/** Asks for a new passkey. */
export function makePasskey(
  options: Schemas["PasskeyCreationOptions"],
  signal: AbortSignal | undefined,
): Promise<NewPasskey> {
  waiting?.abort();
  return ceremony(options.rp.id, signal, registrationOf, () =>
    navigator.credentials.create({
      publicKey: creationOptionsOf(options),
      ...(signal && { signal }),
    }),
  );
}

/** Asks for the answer of a passkey, in a window of the browser. */
export function askPasskey(
  options: Schemas["PasskeyRequestOptions"],
  signal: AbortSignal | undefined,
): Promise<PasskeyAnswer> {
  waiting?.abort();
  return ceremony(options.rpId, signal, assertionOf, () =>
    navigator.credentials.get({ publicKey: requestOptionsOf(options), ...(signal && { signal }) }),
  );
}

/** Waits for a passkey to be chosen in a field of the page. */
export function awaitPasskey(
  options: Schemas["PasskeyRequestOptions"],
  signal: AbortSignal,
): Promise<PasskeyAnswer> {
  const publicKey = requestOptionsOf(options);
  return ceremony(options.rpId, signal, assertionOf, () =>
    navigator.credentials.get({ publicKey, mediation: "conditional", signal }),
  );
}

/** Makes the one that waits in the page's fields from now on, and ends the one before. Its signal fires when it is ended. */
export function takeFields(): AbortController {
  waiting?.abort();
  waiting = new AbortController();
  return waiting;
}

/** True where there are passkeys at all. Asked before the server begins anything. */
export function hasPasskeys(): boolean {
  return typeof PublicKeyCredential === "function";
}

/** True where the browser offers passkeys in the fields of a page. */
export async function hasAutofill(): Promise<boolean> {
  if (!hasPasskeys()) return false;
  const ask: unknown = Reflect.get(PublicKeyCredential, "isConditionalMediationAvailable");
  return typeof ask === "function" && PublicKeyCredential.isConditionalMediationAvailable();
}

/** The value of a ceremony that came to nothing. */
export function noPasskey(failure: NoPasskey["failure"], rpId = "", error?: unknown): NoPasskey {
  const detail = details[failure](rpId);
  return { ok: false, status: 0, failure, detail, ...(error !== undefined && { error }) };
}

async function ceremony<Json>(
  rpId: string,
  signal: AbortSignal | undefined,
  read: (credential: PublicKeyCredential) => Json,
  ask: () => Promise<Credential | null>,
): Promise<Made<Json>> {
  try {
    const credential = await ask();
    if (credential === null) return noPasskey("cancelled", rpId);
    return { ok: true, credential: read(credential as PublicKeyCredential) }; // asked for by `publicKey` alone
  } catch (error) {
    // An aborted request rejects with the signal's reason, whatever that is.
    if (signal?.aborted) return noPasskey("aborted", rpId, error);
    const name = error instanceof Error ? error.name : "";
    return noPasskey(failures[name] ?? "browser_failed", rpId, error);
  }
}
