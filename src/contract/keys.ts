import { z } from "zod";
import { nullable } from "./event-shape.ts";
import { operation } from "./operation.ts";
import { admin, open } from "./security.ts";
import { Id, Instant } from "./values.ts";

const exampleJwk = {
  kty: "OKP",
  crv: "Ed25519",
  alg: "EdDSA",
  use: "sig",
  kid: "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e46",
  x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
} as const;

const Jwk = z
  .strictObject({
    kty: z.literal("OKP"),
    crv: z.literal("Ed25519"),
    alg: z.literal("EdDSA"),
    use: z.literal("sig"),
    kid: z.string().min(1).max(64),
    x: z
      .string()
      .min(43)
      .max(43)
      .regex(/^[A-Za-z0-9_-]+$/),
  })
  .meta({
    id: "Jwk",
    description: "The public half of a signing key (RFC 8037).",
    examples: [exampleJwk],
  });

const Jwks = z.strictObject({ keys: z.array(Jwk).max(16) }).meta({
  id: "Jwks",
  description: "A JSON Web Key Set (RFC 7517 §5).",
  examples: [{ keys: [exampleJwk] }],
});

export const getJwks = operation({
  operationId: "getJwks",
  method: "GET",
  path: "/.well-known/jwks.json",
  tags: ["Tokens"],
  summary: "Public signing keys",
  description:
    "The keys that verify access tokens in other services. A signature says who a token was made for, not whether its session still lives: only this server knows that.",
  security: open,
  readableByEveryOrigin: true,
  request: {},
  responses: {
    200: {
      description: "The public keys, cacheable.",
      body: Jwks,
      headers: {
        "cache-control": "How long the keys may be kept.",
        "access-control-allow-origin":
          "`*`: pages of every origin may read the keys, without credentials; of an origin in CORS_ORIGINS, that origin.",
      },
    },
  },
  problems: [],
  events: [],
  selfContained: true,
});

/** One is made a year. Those beyond are the oldest, and verify nothing. */
export const SIGNING_KEYS_MAX = 100;

const exampleKey = {
  kid: exampleJwk.kid,
  algorithm: "EdDSA",
  state: "signing",
  createdAt: "2026-11-23T10:06:00.000Z",
  retiredAt: null,
  verifiesUntil: null,
} as const;

const SigningKey = z
  .strictObject({
    kid: Id.meta({ description: "Its id, as in the JWK set and in the head of a token." }),
    algorithm: z.literal("EdDSA"),
    state: z.enum(["signing", "verifying", "expired"]).meta({
      description:
        "`signing`: new tokens are signed with it; `verifying`: its last tokens may still live; `expired`: none does.",
    }),
    createdAt: Instant,
    retiredAt: nullable(Instant).meta({ description: "Null while it signs." }),
    verifiesUntil: nullable(Instant).meta({
      description: "When its last token has expired; null while it signs.",
    }),
  })
  .meta({
    id: "SigningKey",
    description: "A key that signs access tokens, or did. Nothing of its private half.",
    examples: [exampleKey],
  });

export const listSigningKeys = operation({
  operationId: "listSigningKeys",
  method: "GET",
  path: "/signing-keys",
  tags: ["Operations"],
  summary: "List the signing keys",
  description: "The keys that sign access tokens, or did, newest first.",
  security: admin,
  request: {},
  responses: {
    200: {
      description: "The keys.",
      body: z.strictObject({ items: z.array(SigningKey).max(SIGNING_KEYS_MAX) }).meta({
        id: "SigningKeyList",
        description: `The keys, newest first; the newest ${SIGNING_KEYS_MAX} of more.`,
        examples: [{ items: [exampleKey] }],
      }),
    },
  },
  problems: [],
  events: [],
});
