/**
 * Passkeys as browsers write them in JSON (WebAuthn Level 3 §5.1.8 and §5.1.9). What an authenticator or a browser sends
 * is loose: it may add members of its own, the one exception to strict bodies (docs/decisions).
 */
import { z } from "zod";
import { CEREMONY_SECONDS } from "./challenges.ts";
import { PASSKEY_NAME_MAX_LENGTH, PASSKEYS_MAX } from "./bounds.ts";
import { Instant, opaqueSecret, seconds, Id } from "./values.ts";
import { nullable } from "./event-shape.ts";

/** COSE algorithms (RFC 9053) that are offered and taken: EdDSA, ES256, RS256 (PK-09). */
export const passkeyAlgorithms = [-8, -7, -257] as const;
/** WebAuthn Level 3 §4: the longest id of a credential. Bytes. */
export const CREDENTIAL_ID_MAX_BYTES = 1023;
const BASE64URL = /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2,3})?$/;

const exampleCredentialId = "Xk2vQ8m1TzR4yB7nC0pL5w";
const exampleChallenge = "9nB2kQ7xV4cT1mR8wL5pJ3dF6hS0aG2eU9iO4yK7sYz";

/** Bytes in base64url without padding, of at most so many characters. */
const base64url = (maxLength: number, example: string) =>
  z
    .string()
    .min(1)
    .max(maxLength)
    .regex(BASE64URL, { error: "Must be base64url without padding" })
    .meta({ pattern: BASE64URL.source, examples: [example] });

const credentialId = base64url(Math.ceil((CREDENTIAL_ID_MAX_BYTES * 4) / 3), exampleCredentialId);
const transports = z.array(z.string().max(32)).max(16);
const clientDataJSON = base64url(4_096, "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0");

const credentialParts = {
  id: credentialId,
  rawId: credentialId,
  type: z.literal("public-key"),
};

export const exampleRegistration = {
  id: exampleCredentialId,
  rawId: exampleCredentialId,
  type: "public-key" as const,
  response: {
    clientDataJSON: "eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIn0",
    attestationObject: "o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVgA",
    transports: ["internal", "hybrid"],
  },
  clientExtensionResults: { credProps: { rk: true } },
};

export const RegistrationCredential = z
  .looseObject({
    ...credentialParts,
    response: z.looseObject({
      clientDataJSON,
      attestationObject: base64url(8_192, "o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVgA"),
      transports: transports.optional(),
    }),
    clientExtensionResults: z
      .looseObject({
        credProps: z.looseObject({ rk: z.boolean().optional() }).optional(),
      })
      .optional(),
  })
  .meta({
    id: "RegistrationCredential",
    description:
      "The new credential, as `toJSON()` of the browser's `navigator.credentials.create()` writes it (`RegistrationResponseJSON`).",
    examples: [exampleRegistration],
  });

const exampleAssertion = {
  id: exampleCredentialId,
  rawId: exampleCredentialId,
  type: "public-key",
  response: {
    clientDataJSON: "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0",
    authenticatorData: "SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MdAAAAAA",
    signature: "MEUCIQDx",
    userHandle: "dXNlci1oYW5kbGU",
  },
} as const;

export const AssertionCredential = z
  .looseObject({
    ...credentialParts,
    response: z.looseObject({
      clientDataJSON,
      authenticatorData: base64url(4_096, "SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MdAAAAAA"),
      signature: base64url(2_048, "MEUCIQDx"),
      userHandle: nullable(base64url(88, "dXNlci1oYW5kbGU")).optional(),
    }),
  })
  .meta({
    id: "AssertionCredential",
    description:
      "The signed answer, as `toJSON()` of the browser's `navigator.credentials.get()` writes it (`AuthenticationResponseJSON`).",
    examples: [exampleAssertion],
  });

const descriptors = z
  .array(
    z.strictObject({ id: credentialId, type: z.literal("public-key"), transports: transports }),
  )
  .max(PASSKEYS_MAX);
const verification = z.enum(["required", "preferred"]);
const timeout = z
  .int()
  .min(0)
  .max(3_600_000)
  .meta({ format: "int32", description: "Milliseconds." });
const challenge = base64url(64, exampleChallenge);
const rpId = z
  .string()
  .max(253)
  .meta({ examples: ["auth.example.com"] });

export const exampleCreationOptions = {
  rp: { id: "auth.example.com", name: "Portcullis" },
  user: { id: "dXNlci1oYW5kbGU", name: "ada@example.com", displayName: "Ada" },
  challenge: exampleChallenge,
  pubKeyCredParams: passkeyAlgorithms.map((alg) => ({ type: "public-key" as const, alg })),
  timeout: 300_000,
  excludeCredentials: [],
  authenticatorSelection: {
    residentKey: "preferred",
    requireResidentKey: false,
    userVerification: "preferred",
  },
  attestation: "none",
  extensions: { credProps: true },
} as const;

export const PasskeyCreationOptions = z
  .strictObject({
    rp: z.strictObject({ id: rpId, name: z.string().max(100) }),
    user: z.strictObject({
      id: base64url(88, "dXNlci1oYW5kbGU"),
      name: z.string().max(320),
      displayName: z.string().max(320),
    }),
    challenge,
    pubKeyCredParams: z
      .array(
        z.strictObject({
          type: z.literal("public-key"),
          alg: z.int().min(-65_535).max(-1).meta({ format: "int32" }),
        }),
      )
      .max(passkeyAlgorithms.length),
    timeout,
    excludeCredentials: descriptors,
    authenticatorSelection: z.strictObject({
      residentKey: verification,
      requireResidentKey: z.boolean(),
      userVerification: verification,
    }),
    attestation: z.literal("none"),
    extensions: z.strictObject({ credProps: z.boolean() }),
  })
  .meta({
    id: "PasskeyCreationOptions",
    description:
      "For `PublicKeyCredential.parseCreationOptionsFromJSON()`, whose result is the `publicKey` of `navigator.credentials.create()`.",
    examples: [exampleCreationOptions],
  });

const exampleRequestOptions = {
  challenge: exampleChallenge,
  rpId: "auth.example.com",
  timeout: 300_000,
  userVerification: "required",
  allowCredentials: [],
} as const;

export const PasskeyRequestOptions = z
  .strictObject({
    challenge,
    rpId,
    timeout,
    userVerification: verification,
    allowCredentials: descriptors,
  })
  .meta({
    id: "PasskeyRequestOptions",
    description:
      "For `PublicKeyCredential.parseRequestOptionsFromJSON()`, whose result is the `publicKey` of `navigator.credentials.get()`.",
    examples: [exampleRequestOptions],
  });

const examplePasskeyToken = "Yz9nB2kQ7xV4cT1mR8wL5pJ3dF6hS0aG2eU9iO4yK7s";
export const passkeyToken = opaqueSecret(
  "The `challengeToken` of the `PasskeyRequest`.",
  examplePasskeyToken,
);

/** The proof by passkey, in the bodies that take one. */
export const byPasskey = { challengeToken: passkeyToken, credential: AssertionCredential };
export const exampleByPasskey = {
  challengeToken: examplePasskeyToken,
  credential: exampleAssertion,
};

export const PasskeyRequest = z
  .strictObject({
    challengeToken: opaqueSecret(
      "Send it with the credential. Good once, for this ceremony alone.",
      examplePasskeyToken,
    ),
    options: PasskeyRequestOptions,
    expiresInSeconds: seconds("How long it is good.", CEREMONY_SECONDS),
  })
  .meta({
    id: "PasskeyRequest",
    description: "A ceremony has begun that a passkey ends.",
    examples: [
      {
        challengeToken: examplePasskeyToken,
        options: exampleRequestOptions,
        expiresInSeconds: CEREMONY_SECONDS,
      },
    ],
  });

export const PasskeyName = z
  .string()
  .min(1)
  .max(PASSKEY_NAME_MAX_LENGTH)
  .regex(/^[^\x00-\x1F\x7F-\x9F\u2028\u2029\u202A-\u202E\u2066-\u2069]*$/, {
    error: "Must be one line of characters that show",
  })
  .meta({
    description: "How its owner calls it, to tell it from others.",
    examples: ["Ada's phone"],
  });

export const examplePasskey = {
  id: "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e47",
  name: "Ada's phone",
  createdAt: "2026-11-23T10:06:00.000Z",
  lastUsedAt: null,
  synced: true,
  signsIn: true,
} as const;

export const Passkey = z
  .strictObject({
    id: Id,
    name: PasskeyName,
    createdAt: Instant,
    lastUsedAt: nullable(Instant).meta({ description: "Null before its first use." }),
    synced: z
      .boolean()
      .meta({ description: "It is backed up by whoever keeps it, and may be on several devices." }),
    signsIn: z.boolean().meta({
      description:
        "It signs in by itself, without an address and a password. One that does not, such as a security key without a PIN, is a second factor only.",
    }),
  })
  .meta({ id: "Passkey", description: "A passkey of an account.", examples: [examplePasskey] });
