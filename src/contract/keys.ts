import { z } from "zod";
import { operation } from "./operation.ts";
import { open } from "./security.ts";

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
