/**
 * Options and credentials between the document's JSON and the browser's objects (WebAuthn Level 3 §5.1.8 to §5.1.10). The
 * browser's own functions first. By hand where it has none (Safari before 18.4), and where an extension has put a
 * credential of its own in their way, whose `toJSON()` throws "Illegal invocation" (dotnet/aspnetcore#62916). Not
 * `@simplewebauthn/browser`: it takes no signal and runs the whole ceremony, so it is no help with a credential that is
 * there already, and every service that installs the client would get its 295 kB.
 */
import type { Schemas } from "../result.ts";

type Descriptor = Schemas["PasskeyCreationOptions"]["excludeCredentials"][number];

/** The `publicKey` of `navigator.credentials.create()`. */
export function creationOptionsOf(
  json: Schemas["PasskeyCreationOptions"],
): PublicKeyCredentialCreationOptions {
  if (hasOwnFunction("parseCreationOptionsFromJSON"))
    return PublicKeyCredential.parseCreationOptionsFromJSON(json);
  return {
    ...json,
    challenge: bytesOf(json.challenge),
    user: { ...json.user, id: bytesOf(json.user.id) },
    excludeCredentials: json.excludeCredentials.map(descriptorOf),
  };
}

/** The `publicKey` of `navigator.credentials.get()`. */
export function requestOptionsOf(
  json: Schemas["PasskeyRequestOptions"],
): PublicKeyCredentialRequestOptions {
  if (hasOwnFunction("parseRequestOptionsFromJSON"))
    return PublicKeyCredential.parseRequestOptionsFromJSON(json);
  return {
    ...json,
    challenge: bytesOf(json.challenge),
    allowCredentials: json.allowCredentials.map(descriptorOf),
  };
}

/** A new credential, as `addPasskey` takes it. */
export function registrationOf(credential: PublicKeyCredential): Schemas["RegistrationCredential"] {
  const response = credential.response as AuthenticatorAttestationResponse; // of `create()`
  return ownJson<Schemas["RegistrationCredential"]>(credential, "attestationObject", () => ({
    ...parts(credential),
    response: {
      clientDataJSON: base64Url(response.clientDataJSON),
      attestationObject: base64Url(response.attestationObject),
      ...withoutThrow(() => ({ transports: response.getTransports() })),
    },
    ...withoutThrow(() => ({ clientExtensionResults: extensionsOf(credential) })),
  }));
}

/** A signed answer, as the operations that a passkey ends take it. */
export function assertionOf(credential: PublicKeyCredential): Schemas["AssertionCredential"] {
  const response = credential.response as AuthenticatorAssertionResponse; // of `get()`
  return ownJson<Schemas["AssertionCredential"]>(credential, "signature", () => ({
    ...parts(credential),
    response: {
      clientDataJSON: base64Url(response.clientDataJSON),
      authenticatorData: base64Url(response.authenticatorData),
      signature: base64Url(response.signature),
      userHandle: response.userHandle && base64Url(response.userHandle),
    },
  }));
}

function hasOwnFunction(
  name: "parseCreationOptionsFromJSON" | "parseRequestOptionsFromJSON",
): boolean {
  return typeof Reflect.get(PublicKeyCredential, name) === "function";
}

/** The credential's own JSON, if it is one: some extensions answer `{}`. Read by hand otherwise. */
function ownJson<Json>(credential: PublicKeyCredential, part: string, byHand: () => Json): Json {
  const json: unknown = withoutThrow((): unknown => credential.toJSON());
  return typeof memberOf(memberOf(json, "response"), part) === "string" ? (json as Json) : byHand(); // the browser's, which the document describes
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function parts({ id, rawId }: PublicKeyCredential) {
  return { id, rawId: base64Url(rawId), type: "public-key" } as const;
}

function extensionsOf(credential: PublicKeyCredential) {
  const { rk } = credential.getClientExtensionResults().credProps ?? {};
  return { credProps: typeof rk === "boolean" ? { rk } : {} };
}

function withoutThrow<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function descriptorOf({ id, type, transports }: Descriptor): PublicKeyCredentialDescriptor {
  // The names of a newer document may be new to this browser, which ignores those it does not know.
  return { id: bytesOf(id), type, transports: transports as AuthenticatorTransport[] };
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function base64Url(bytes: ArrayBuffer): string {
  const binary = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
