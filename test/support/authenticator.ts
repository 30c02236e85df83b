/**
 * A software authenticator with the browser in front of it: what `navigator.credentials` gives a page, as JSON, of
 * options as the server sends them. A twist makes it lie, as a client of evil intent may; what it signs, it signs
 * after the lie.
 */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { cbor, type Writable } from "./cbor.ts";

/** The flags of authenticator data (WebAuthn Level 3 §6.1). */
export const UP = 0x01;
export const UV = 0x04;
export const BE = 0x08;
export const BS = 0x10;
export const AT = 0x40;
export const ED = 0x80;

export type Algorithm = -7 | -8 | -257;

/** The members of PublicKeyCredentialCreationOptionsJSON that it reads. */
export interface CreationOptions {
  readonly challenge: string;
  readonly rp: { readonly id?: string | undefined };
  readonly user: { readonly id: string };
  readonly pubKeyCredParams: readonly { readonly alg: number }[];
  readonly excludeCredentials?: readonly { readonly id: string }[] | undefined;
}

/** The members of PublicKeyCredentialRequestOptionsJSON that it reads. */
export interface RequestOptions {
  readonly challenge: string;
  readonly rpId?: string | undefined;
  readonly allowCredentials?: readonly { readonly id: string }[] | undefined;
}

/** Lies for one ceremony. */
export interface Twist {
  /** Members of the client data to set; one that is undefined is left out. */
  readonly clientData?: Readonly<Record<string, unknown>>;
  /** The bytes of the client data, instead. */
  readonly rawClientData?: Uint8Array;
  /** The relying party whose hash is signed. */
  readonly rpId?: string;
  /** All flags; `AT` and `ED` are not added to them. */
  readonly flags?: number;
  /** The counter that is told, and not kept. */
  readonly signCount?: number;
  readonly extensions?: Writable;
  /** The credential id within the authenticator data. */
  readonly attestedId?: Uint8Array;
  /** The COSE key: a map, or bytes. */
  readonly coseKey?: Writable;
  readonly authData?: (bytes: Buffer) => Uint8Array;
  readonly fmt?: Writable;
  readonly attStmt?: Writable;
  /** The attestation object, after all of that. */
  readonly attestationObject?: (bytes: Buffer) => Uint8Array;
  readonly id?: string;
  readonly rawId?: string;
  readonly signature?: (bytes: Buffer) => Uint8Array;
  /** Null for none. */
  readonly userHandle?: string | null;
}

export interface AuthenticatorOptions {
  /** The page's origin. */
  readonly origin: string;
  readonly algorithm?: Algorithm;
  /** Of the credential id, in bytes. */
  readonly idLength?: number;
  /** Without `AT`: a synced passkey's are all, a security key's without a PIN are `UP`. */
  readonly flags?: number;
  /** By how much each ceremony raises the counter; synced passkeys stay at 0. */
  readonly step?: number;
  /** A credential that is not discoverable answers without a user handle. */
  readonly isDiscoverable?: boolean;
}

export type Authenticator = ReturnType<typeof createAuthenticator>;

/** Makes one with one key. `create` registers it, `get` signs with it, as often as a test wants. */
export function createAuthenticator({
  origin,
  algorithm = -7,
  idLength = 32,
  flags = UP | UV | BE | BS,
  step = 0,
  isDiscoverable = true,
}: AuthenticatorOptions) {
  const { publicKey, privateKey } = newKeyPair(algorithm);
  const credentialId = randomBytes(idLength);
  const id = credentialId.toString("base64url");
  const coseKey = coseKeyOf(algorithm, publicKey);
  let signCount = 0;
  let userHandle: string | undefined;

  function clientDataOf(type: string, challenge: string, twist: Twist): Uint8Array {
    const members = { type, challenge, origin, crossOrigin: false, ...twist.clientData };
    return twist.rawClientData ?? Buffer.from(JSON.stringify(members));
  }

  function authDataOf(rpId: string, attested: Uint8Array, twist: Twist): Uint8Array {
    signCount += step;
    const { extensions } = twist;
    const fixed = Buffer.alloc(37);
    sha256(twist.rpId ?? rpId).copy(fixed);
    const parts = (attested.length > 0 ? AT : 0) | (extensions === undefined ? 0 : ED);
    fixed[32] = twist.flags ?? flags | parts;
    fixed.writeUInt32BE(twist.signCount ?? signCount, 33);
    const tail = extensions === undefined ? Buffer.alloc(0) : cbor(extensions);
    const bytes = Buffer.concat([fixed, attested, tail]);
    return twist.authData?.(bytes) ?? bytes;
  }

  function create(options: CreationOptions, twist: Twist = {}) {
    if (!options.pubKeyCredParams.some(({ alg }) => alg === algorithm))
      throw new DOMException("None of the algorithms is mine", "NotSupportedError");
    if (options.excludeCredentials?.some((each) => each.id === id))
      throw new DOMException("I have a credential of this account", "InvalidStateError");
    userHandle = options.user.id;
    const clientData = clientDataOf("webauthn.create", options.challenge, twist);
    const key = twist.coseKey ?? coseKey;
    const keyBytes: Uint8Array = key instanceof Uint8Array ? key : cbor(key);
    const attested = attestedCredential(twist.attestedId ?? credentialId, keyBytes);
    const authData = authDataOf(options.rp.id ?? hostOf(origin), attested, twist);
    const { fmt = "none", attStmt = {} } = twist;
    const object = cbor({ fmt, attStmt, authData });
    return {
      ...credentialOf(twist),
      response: {
        clientDataJSON: base64url(clientData),
        attestationObject: base64url(twist.attestationObject?.(object) ?? object),
        transports: ["internal", "hybrid"],
        // Browsers tell what is within once more; a server that read it here would read what nothing signs.
        authenticatorData: base64url(authData),
        publicKey: publicKey.export({ type: "spki", format: "der" }).toString("base64url"),
        publicKeyAlgorithm: algorithm as number,
      },
    };
  }

  function get(options: RequestOptions, twist: Twist = {}) {
    const { allowCredentials: allowed = [] } = options;
    if (allowed.length > 0 ? !allowed.some((each) => each.id === id) : !isDiscoverable)
      throw new DOMException("I have none of these credentials", "NotAllowedError");
    const clientData = clientDataOf("webauthn.get", options.challenge, twist);
    const authData = authDataOf(options.rpId ?? hostOf(origin), Buffer.alloc(0), twist);
    const signature = signatureOf(authData, clientData);
    const handle = twist.userHandle === undefined && isDiscoverable ? userHandle : twist.userHandle;
    return {
      ...credentialOf(twist),
      response: {
        clientDataJSON: base64url(clientData),
        authenticatorData: base64url(authData),
        signature: base64url(twist.signature?.(signature) ?? signature),
        ...(typeof handle === "string" && { userHandle: handle }),
      },
    };
  }

  function signatureOf(authData: Uint8Array, clientData: Uint8Array): Buffer {
    const message = Buffer.concat([authData, sha256(clientData)]);
    return sign(algorithm === -8 ? null : "sha256", message, privateKey);
  }

  function credentialOf(twist: Twist) {
    return {
      id: twist.id ?? id,
      rawId: twist.rawId ?? twist.id ?? id,
      type: "public-key" as const,
      authenticatorAttachment: "platform" as const,
      clientExtensionResults: {},
    };
  }

  return { id, credentialId, coseKey, create, get };
}

/** The COSE key of a public key, as its algorithm would have it; of a curve that is not P-256, as its number says. */
export function coseKeyOf(algorithm: Algorithm, key: KeyObject): Map<number, Writable> {
  const { x = "", y = "", n = "", e = "", crv = "" } = key.export({ format: "jwk" });
  const bytes = (text: string) => Buffer.from(text, "base64url");
  switch (algorithm) {
    case -7: {
      const curve = ["P-256", "P-384", "P-521"].indexOf(crv) + 1;
      const point: [number, Writable][] = [[-2, bytes(x)], [-3, bytes(y)]]; // prettier-ignore
      return new Map<number, Writable>([[1, 2], [3, -7], [-1, curve], ...point]); // prettier-ignore
    }
    case -8:
      return new Map<number, Writable>([[1, 1], [3, -8], [-1, 6], [-2, bytes(x)]]); // prettier-ignore
    case -257:
      return new Map<number, Writable>([[1, 3], [3, -257], [-1, bytes(n)], [-2, bytes(e)]]); // prettier-ignore
  }
}

function newKeyPair(algorithm: Algorithm) {
  switch (algorithm) {
    case -7:
      return generateKeyPairSync("ec", { namedCurve: "P-256" });
    case -8:
      return generateKeyPairSync("ed25519");
    case -257:
      return generateKeyPairSync("rsa", { modulusLength: 2048 });
  }
}

/** The AAGUID is zeros, as browsers make it where no attestation was asked for. */
function attestedCredential(id: Uint8Array, key: Uint8Array): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(id.length);
  return Buffer.concat([Buffer.alloc(16), length, id, key]);
}

function hostOf(origin: string): string {
  return new URL(origin).hostname;
}

function sha256(data: Uint8Array | string): Buffer {
  return createHash("sha256").update(data).digest();
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64url");
}
