/** Passkeys for tests without a browser: they answer the options of a ceremony in the JSON of a browser. */
import type { components } from "../generated/schema.ts";
import { base64url, newSecret } from "./rows.ts";
import { AUTHENTICATOR_DATA_BYTES, COUNTER_AT, flag, FLAGS_AT } from "./webauthn.ts";

type Schemas = components["schemas"];

/** How a passkey behaves. */
export interface FakePasskeyOptions {
  /** It asks its user for a finger or a PIN. Default: true. One that does not is a second factor only. */
  readonly verifiesUser?: boolean | undefined;
  /** It is backed up, and counts nothing. Default: true. */
  readonly synced?: boolean | undefined;
}

/** A passkey that signs nothing: the fake server verifies no signature, and a real one refuses it. */
export interface FakePasskey {
  /** Base64url, as the credentials have it. */
  readonly credentialId: string;
  /** Answers `startPasskey`, as `navigator.credentials.create()` does. Throws where the options exclude it. */
  create(options: Schemas["PasskeyCreationOptions"]): Schemas["RegistrationCredential"];
  /**
   * Answers `startPasskeyLogin`, `startSecondFactorPasskey` or `startReauthentication`, as `navigator.credentials.get()`
   * does. Throws where the options name others, or where it has no account.
   */
  get(options: Schemas["PasskeyRequestOptions"]): Schemas["AssertionCredential"];
}

export function createFakePasskey({
  verifiesUser = true,
  synced = true,
}: FakePasskeyOptions = {}): FakePasskey {
  const idBytes = crypto.getRandomValues(new Uint8Array(32));
  const credentialId = base64url(idBytes);
  const flags =
    flag.present |
    (verifiesUser ? flag.verified : 0) |
    (synced ? flag.eligible | flag.backedUp : 0);
  const parts = { id: credentialId, rawId: credentialId, type: "public-key" } as const;
  let userHandle: string | undefined;
  let counter = 0;

  return {
    credentialId,
    create({ challenge, excludeCredentials, user }) {
      if (excludeCredentials.some(({ id }) => id === credentialId))
        throw new Error("InvalidStateError: the account has this passkey already");
      userHandle = user.id;
      const data = [
        ...authenticatorData(flags | flag.attested, counter),
        ...new Uint8Array(16), // the authenticator's model: none
        0,
        idBytes.length,
        ...idBytes,
      ];
      return {
        ...parts,
        response: {
          clientDataJSON: clientData("webauthn.create", challenge),
          attestationObject: base64url(attestation(data)),
          transports: ["internal"],
        },
        clientExtensionResults: { credProps: { rk: true } },
      };
    },
    get({ challenge, allowCredentials }) {
      const isAsked =
        allowCredentials.length === 0 || allowCredentials.some(({ id }) => id === credentialId);
      if (!isAsked || userHandle === undefined)
        throw new Error("NotAllowedError: this passkey is not among those that were asked for");
      if (!synced) counter += 1;
      return {
        ...parts,
        response: {
          clientDataJSON: clientData("webauthn.get", challenge),
          authenticatorData: base64url(Uint8Array.from(authenticatorData(flags, counter))),
          signature: newSecret(),
          userHandle,
        },
      };
    },
  };
}

function clientData(type: string, challenge: string): string {
  const data = { type, challenge, origin: "http://localhost", crossOrigin: false };
  return base64url(new TextEncoder().encode(JSON.stringify(data)));
}

/** Without a hash of the site: nobody looks at it. */
function authenticatorData(flags: number, counter: number): readonly number[] {
  const data = new DataView(new ArrayBuffer(AUTHENTICATOR_DATA_BYTES));
  data.setUint8(FLAGS_AT, flags);
  data.setUint32(COUNTER_AT, counter);
  return [...new Uint8Array(data.buffer)];
}

/** CBOR (RFC 8949) of `{ fmt: "none", attStmt: {}, authData }`. */
function attestation(authenticatorData: readonly number[]): Uint8Array {
  const text = (word: string) => [0x60 + word.length, ...new TextEncoder().encode(word)];
  return Uint8Array.from([
    0xa3,
    ...text("fmt"),
    ...text("none"),
    ...text("attStmt"),
    0xa0,
    ...text("authData"),
    0x58,
    authenticatorData.length,
    ...authenticatorData,
  ]);
}
