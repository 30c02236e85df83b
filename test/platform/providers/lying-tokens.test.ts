/** Every lie that an ID token can tell, one at a time. Each is refused, and none of its claims comes back. */
import { generateKeyPairSync } from "node:crypto";
import { type CryptoKey, SignJWT, exportJWK, generateKeyPair } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ProviderOptions } from "../../../src/platform/providers/provider-options.ts";
import {
  PROVIDER_CLIENT,
  type ProviderKnobs,
  type SignedToken,
  type TestProvider,
  startProvider,
} from "../../support/provider.ts";
import { TENANT, adapterOf, signIn } from "../../support/provider-flows.ts";

let there: TestProvider;
let foreign: { privateKey: CryptoKey; publicKey: CryptoKey };
let elliptic: { privateKey: CryptoKey; publicKey: CryptoKey };
beforeAll(async () => {
  there = await startProvider();
  foreign = await generateKeyPair("RS256");
  elliptic = await generateKeyPair("ES256");
});
beforeEach(() => there.reset());
afterAll(() => there.close());

const US = PROVIDER_CLIENT.clientId;
const b64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

/** A claim as the token has it, and the word for its refusal. Undefined: the claim is missing. */
const claims: [string, () => Record<string, unknown>, string | undefined][] = [
  ["no iss", () => ({ iss: undefined }), "token_malformed"],
  ["iss of another", () => ({ iss: "https://evil.test" }), "token_iss"],
  ["iss with a slash added", () => ({ iss: `${there.issuer}/` }), "token_iss"],
  ["iss in capitals", () => ({ iss: there.issuer.toUpperCase() }), "token_iss"],
  ["iss as a list", () => ({ iss: [there.issuer] }), "token_malformed"],
  ["iss of a member that every object has", () => ({ iss: "__proto__" }), "token_iss"],
  ["no aud", () => ({ aud: undefined }), "token_malformed"],
  ["aud of another", () => ({ aud: "another-client" }), "token_aud"],
  ["aud that begins with ours", () => ({ aud: `${US}-2` }), "token_aud"],
  ["aud as a number", () => ({ aud: 1 }), "token_malformed"],
  ["an empty list as aud", () => ({ aud: [] }), "token_aud"],
  ["a list of others as aud", () => ({ aud: ["another-client"] }), "token_aud"],
  ["two audiences and no azp", () => ({ aud: [US, "another-client"] }), "token_aud"],
  [
    "two audiences and azp of another",
    () => ({ aud: [US, "another-client"], azp: "another-client" }),
    "token_azp",
  ],
  ["azp of another", () => ({ azp: "another-client" }), "token_azp"],
  ["azp null", () => ({ azp: null }), "token_azp"],
  ["no exp", () => ({ exp: undefined }), "token_malformed"],
  ["exp in the past", () => ({ exp: inSeconds(-31) }), "token_time"],
  ["exp as a text", () => ({ exp: "9999999999" }), "token_malformed"],
  ["nbf in the future", () => ({ nbf: inSeconds(120) }), "token_time"],
  ["no iat", () => ({ iat: undefined }), "token_malformed"],
  ["iat as a text", () => ({ iat: "1" }), "token_malformed"],
  ["iat in the future", () => ({ iat: inSeconds(120) }), "token_iat"],
  ["iat long ago", () => ({ iat: inSeconds(-660) }), "token_iat"],
  ["iat in milliseconds", () => ({ iat: Date.now() }), "token_iat"],
  ["no nonce", () => ({ nonce: undefined }), "token_malformed"],
  ["another nonce", () => ({ nonce: "another" }), "token_nonce"],
  ["an empty nonce", () => ({ nonce: "" }), "token_nonce"],
  ["a nonce as a number", () => ({ nonce: 0 }), "token_nonce"],
  ["no sub", () => ({ sub: undefined }), "token_malformed"],
  ["an empty sub", () => ({ sub: "" }), "token_sub"],
  ["a sub as a number", () => ({ sub: 1 }), "token_malformed"],
  ["a sub of 256 characters", () => ({ sub: "s".repeat(256) }), "token_sub"],
  ["a line break in sub", () => ({ sub: "ada\nroot" }), "token_sub"],
  ["a NUL in sub", () => ({ sub: "ada\0" }), "token_sub"],
  ["half a character in sub", () => ({ sub: "ada\ud800" }), "token_sub"],
  // And the truth in its other forms.
  ["our audience in a list", () => ({ aud: [US] }), undefined],
  ["two audiences and azp ours", () => ({ aud: [US, "another-client"], azp: US }), undefined],
  ["a sub of 255 characters", () => ({ sub: "s".repeat(255) }), undefined],
  ["an exp that a slow clock has not seen", () => ({ exp: inSeconds(-10) }), undefined],
];

/** A token, a header, a key or a signature, and the word for its refusal. */
const forgeries: [string, (knobs: ProviderKnobs) => unknown, string | undefined][] = [
  ["alg none", (knobs) => (knobs.idToken = unsigned("none")), "token_malformed"],
  [
    "alg none that its metadata lists",
    (knobs) => {
      lists(knobs, ["RS256", "none"]);
      knobs.idToken = unsigned("none");
    },
    "token_unsupported",
  ],
  ["HS256 with the client secret", (knobs) => hmac(knobs, secretKey()), "token_malformed"],
  [
    "HS256 with the client secret that its metadata lists",
    (knobs) => {
      lists(knobs, ["RS256", "HS256"]);
      hmac(knobs, secretKey());
    },
    "token_unsupported",
  ],
  [
    "HS256 with the public key as the secret",
    (knobs) => {
      lists(knobs, ["RS256", "HS256"]);
      hmac(knobs, Buffer.from(JSON.stringify(there.publicKey)));
    },
    "token_unsupported",
  ],
  ["another's key under its name", (knobs) => (knobs.key = foreign.privateKey), "token_signature"],
  ["no signature", (knobs) => (knobs.idToken = unsigned("RS256")), "token_signature"],
  [
    "half a signature",
    (knobs) => (knobs.idToken = changed(2, (s) => s.slice(0, 100))),
    "token_signature",
  ],
  [
    "a signature that is no base64url",
    (knobs) => (knobs.idToken = changed(2, () => "!")),
    "token_signature",
  ],
  [
    "claims that were changed after the signature",
    (knobs) => (knobs.idToken = changed(1, (part) => withClaim(part, { sub: "root" }))),
    "token_signature",
  ],
  ["an unknown kid", (knobs) => (knobs.header = (h) => ({ ...h, kid: "key-2" })), "token_key"],
  [
    "no kid where there are two keys",
    async (knobs) => {
      const second = await exportJWK(foreign.publicKey);
      knobs.keys = (keys) => ({ keys: [...keys, { ...second, kid: "key-2" }] });
      knobs.header = ({ kid: _, ...header }) => header;
    },
    "token_key",
  ],
  [
    "two keys of the same kid",
    async (knobs) => {
      const second = await exportJWK(foreign.publicKey);
      knobs.keys = (keys) => ({ keys: [...keys, { ...second, kid: "key-1" }] });
    },
    "token_key",
  ],
  [
    "the key in its own header",
    async (knobs) => {
      const jwk = await exportJWK(foreign.publicKey);
      knobs.key = foreign.privateKey;
      knobs.header = (header) => ({ ...header, jwk });
    },
    "token_signature",
  ],
  [
    "the address of keys in its own header",
    (knobs) => {
      knobs.key = foreign.privateKey;
      knobs.header = (header) => ({ ...header, jku: `${there.issuer}/evil-keys` });
    },
    "token_signature",
  ],
  [
    "an alg that is not listed",
    async (knobs) => {
      const jwk = await exportJWK(elliptic.publicKey);
      knobs.keys = () => ({ keys: [{ ...jwk, kid: "key-1" }] });
      knobs.key = elliptic.privateKey;
      knobs.header = (header) => ({ ...header, alg: "ES256" });
    },
    "token_malformed",
  ],
  [
    "an alg for which there is no key",
    (knobs) => {
      lists(knobs, ["RS256", "ES256"]);
      knobs.key = elliptic.privateKey;
      knobs.header = (header) => ({ ...header, alg: "ES256" });
    },
    "token_key",
  ],
  ["a key for encryption", (knobs) => keyWith(knobs, { use: "enc" }), "token_key"],
  ["a key of another alg", (knobs) => keyWith(knobs, { alg: "RS512" }), "token_key"],
  ["a key that verifies nothing", (knobs) => keyWith(knobs, { key_ops: ["encrypt"] }), "token_key"],
  ["a key that is none", (knobs) => keyWith(knobs, { n: undefined }), "token_key"],
  ["a key of 1024 bits", weakKey, "token_unsupported"],
  ["no key", (knobs) => (knobs.keys = () => ({ keys: [] })), "token_key"],
  [
    "a header that must be understood",
    (knobs) => (knobs.idToken = changed(0, (part) => withClaim(part, { crit: ["b64"] }))),
    "token_unsupported",
  ],
  ["two parts", (knobs) => (knobs.idToken = () => "e30.e30"), "token_malformed"],
  ["five parts", (knobs) => (knobs.idToken = () => "e30.e30.e30.e30.e30"), "token_unsupported"],
  [
    "a header that is no JSON",
    (knobs) => (knobs.idToken = changed(0, () => "AAAA")),
    "token_malformed",
  ],
  [
    "claims that are no JSON",
    (knobs) => (knobs.idToken = changed(1, () => "AAAA")),
    "token_malformed",
  ],
  [
    "claims that are a list",
    (knobs) => (knobs.idToken = changed(1, () => b64([]))),
    "token_malformed",
  ],
  [
    "claims that are null",
    (knobs) => (knobs.idToken = changed(1, () => b64(null))),
    "token_malformed",
  ],
  // And the truth in another form.
  [
    "no kid where there is one key",
    (knobs) => (knobs.header = ({ kid: _, ...header }) => header),
    undefined,
  ],
  [
    "another alg that is listed",
    async (knobs) => {
      const jwk = await exportJWK(elliptic.publicKey);
      lists(knobs, ["ES256"]);
      knobs.keys = () => ({ keys: [{ ...jwk, kid: "key-1" }] });
      knobs.key = elliptic.privateKey;
      knobs.header = (header) => ({ ...header, alg: "ES256" });
    },
    undefined,
  ],
];

describe.each([
  ["generic OpenID Connect", {}],
  ["Google", { kind: "google" }],
] satisfies [string, Partial<ProviderOptions>][])("%s", (_, options) => {
  test.each(claims)("FD-04 is judged by its claims: %s", async (_title, lie, why) => {
    there.knobs.claims = (truth) => ({ ...truth, ...lie() });
    const { fault } = await signIn(there, adapterOf(there, options));
    expect(fault).toBe(why && `token ${why}`);
  });

  test.each(forgeries)("FD-04 is judged by its signature: %s", async (_title, lie, why) => {
    await lie(there.knobs);
    const { fault } = await signIn(there, adapterOf(there, options));
    expect(fault).toBe(why && `token ${why}`);
    expect(there.hits("/evil-keys")).toBe(0);
  });
});

describe("Microsoft", () => {
  const ANOTHER = "0dd4c4cb-2222-4aaa-8bbb-000000000002";
  const lies: [string, () => Record<string, unknown>, string | undefined][] = [
    ["another tenant", () => ({ tid: ANOTHER, iss: issuerOf(ANOTHER) }), "token_iss"],
    ["the issuer of another tenant", () => ({ iss: issuerOf(ANOTHER) }), "token_iss"],
    ["the tid of another tenant", () => ({ tid: ANOTHER }), "token_tenant"],
    ["no tid", () => ({ tid: undefined }), "token_tenant"],
    ["a tid as a list", () => ({ tid: [TENANT] }), "token_tenant"],
    ["a tid in capitals", () => ({ tid: TENANT.toUpperCase() }), "token_tenant"],
    [
      "the word common for a tenant",
      () => ({ tid: "common", iss: issuerOf("common") }),
      "token_iss",
    ],
    ["an issuer without a tenant", () => ({ iss: issuerOf("{tenantid}") }), "token_iss"],
    ["an issuer of version 1", () => ({ iss: `https://sts.windows.net/${TENANT}/` }), "token_iss"],
    ["the tenant that is allowed", () => ({}), undefined],
  ];
  const THIRD = "0dd4c4cb-3333-4aaa-8bbb-000000000003";
  test.each(lies)("FD-11 with one tenant is judged by it: %s", async (_, lie, why) => {
    there.knobs.claims = (truth) => ({ ...truth, ...lie() });
    const { fault } = await signIn(there, adapterOf(there, { kind: "microsoft" }));
    expect(fault).toBe(why && `token ${why}`);
  });
  test.each(lies)("FD-11 with several tenants is judged by them: %s", async (_, lie, why) => {
    there.person.claims = { tid: TENANT };
    there.knobs.claims = (truth) => ({ ...truth, ...lie() });
    const tenants = new Set([TENANT, THIRD]);
    const { fault } = await signIn(there, adapterOf(there, { kind: "microsoft", tenants }));
    // The document of several has no issuer of its own: a token that names none of theirs is of none.
    expect(fault).toBe(why && `token ${why}`);
  });
  test("FD-11 one tenant's people cannot come in by another's name, though both are allowed", async () => {
    const tenants = new Set([TENANT, ANOTHER]);
    there.person.claims = { tid: TENANT };
    there.knobs.claims = (truth) => ({ ...truth, iss: issuerOf(ANOTHER) });
    const { fault } = await signIn(there, adapterOf(there, { kind: "microsoft", tenants }));
    expect(fault).toBe("token token_tenant");
  });

  test("FD-11 a part of the address before the tenant cannot be the tenant's", async () => {
    there.knobs.claims = (truth) => ({
      ...truth,
      tid: `b/${TENANT}`,
      iss: `${there.issuer}/b/${TENANT}/v2.0`,
    });
    const { fault } = await signIn(there, adapterOf(there, { kind: "microsoft" }));
    expect(fault).toBe("token token_iss");
  });

  test.each([
    ["of every tenant", () => issuerOf("{tenantid}"), undefined],
    ["of the token's tenant", () => issuerOf(TENANT), undefined],
    ["of another tenant", () => issuerOf(ANOTHER), "token_key_issuer"],
    ["of another cloud", () => "https://evil.test/{tenantid}/v2.0", "token_key_issuer"],
    ["that is no text", () => 1, "token_key_issuer"],
  ])("FD-11 believes a key by its issuer: one %s", async (_, issuer, why) => {
    keyWith(there.knobs, { issuer: issuer() });
    const { fault } = await signIn(there, adapterOf(there, { kind: "microsoft" }));
    expect(fault).toBe(why && `token ${why}`);
  });
  test("FD-11 a token that does not say by which key it is signed is not believed", async () => {
    there.knobs.header = ({ kid: _, ...header }) => header;
    const { fault } = await signIn(there, adapterOf(there, { kind: "microsoft" }));
    expect(fault).toBe("token token_key_issuer");
  });

  function issuerOf(tenant: string) {
    return `${there.issuer}/${tenant}/v2.0`;
  }
});

describe("an exchange", () => {
  test("FD-03 a token of another flow is refused", async () => {
    const adapter = adapterOf(there);
    let stolen = "";
    there.knobs.tokenAnswer = (answer) => ((stolen = String(answer["id_token"])), answer);
    await signIn(there, adapter);
    there.knobs.tokenAnswer = (answer) => ({ ...answer, id_token: stolen });
    expect((await signIn(there, adapter)).fault).toBe("token token_nonce");
  });
  test("FD-04 a flow without a nonce identifies nobody", async () => {
    const change = { flow: <F extends object>(flow: F) => ({ ...flow, nonce: undefined }) };
    there.knobs.claims = ({ nonce: _, ...claims }) => claims;
    expect((await signIn(there, adapterOf(there), change)).fault).toBe("token token_nonce");
  });
  test("FD-01 the verifier of another flow is refused by the provider, and so is the person", async () => {
    const change = { flow: <F extends object>(flow: F) => ({ ...flow, verifier: "v".repeat(43) }) };
    expect((await signIn(there, adapterOf(there), change)).fault).toBe("token code_refused");
    expect(there.exchanges[0]?.parameters.get("code_verifier")).toBe("v".repeat(43));
  });
  test.each([
    ["another", "https://evil.test"],
    ["none, though it promises one", undefined],
    ["an empty one", ""],
  ])("FD-03 an answer whose iss is %s gets no exchange", async (_, iss) => {
    const change = {
      answer: ({ code }: { code: string }) => ({ code, ...(iss !== undefined && { iss }) }),
    };
    expect((await signIn(there, adapterOf(there), change)).fault).toBe("token answer_malformed");
    expect(there.exchanges).toHaveLength(0);
  });
  test("FD-19 a code with parameters in it is one code", async () => {
    const answer = <A extends { code: string }>(given: A) => ({
      ...given,
      code: `${given.code}&client_id=evil&code=another`,
    });
    expect((await signIn(there, adapterOf(there), { answer })).fault).toBe("token code_refused");
    const [exchange] = there.exchanges;
    expect(exchange?.parameters.getAll("client_id")).toEqual([US]);
    expect(exchange?.parameters.getAll("code")).toHaveLength(1);
  });
  test("FD-01 a code is good once", async () => {
    const adapter = adapterOf(there);
    const flow = await adapter.begin(adapter.redirectUri, "state");
    if ("fault" in flow) throw new Error(flow.why);
    const back = there.approve(flow.authorizationUrl).searchParams;
    const answer = { code: back.get("code") ?? "", iss: back.get("iss") ?? "" };
    expect(await adapter.identify(flow, answer)).toHaveProperty("subject");
    expect(await adapter.identify(flow, answer)).toEqual({ fault: "token", why: "code_refused" });
  });
});

function lists(knobs: ProviderKnobs, algorithms: string[]) {
  knobs.metadata = (metadata) => ({
    ...metadata,
    id_token_signing_alg_values_supported: algorithms,
  });
}

function secretKey() {
  return Buffer.from(PROVIDER_CLIENT.clientSecret);
}

function hmac(knobs: ProviderKnobs, key: Uint8Array) {
  knobs.key = key;
  knobs.header = (header) => ({ ...header, alg: "HS256" });
}

function unsigned(alg: string) {
  return ({ header, claims: said }: SignedToken) => `${b64({ ...header, alg })}.${b64(said)}.`;
}

/** A token that its own key signed, of which one part was changed after that. */
function changed(index: number, change: (part: string) => string) {
  return async ({ header, claims: said }: SignedToken) => {
    const alg = { alg: "RS256", ...header };
    const token = await new SignJWT(said).setProtectedHeader(alg).sign(foreign.privateKey);
    there.knobs.keys = () => ({ keys: [foreignKey] });
    const foreignKey = { ...(await exportJWK(foreign.publicKey)), kid: "key-1" };
    return token
      .split(".")
      .map((part, at) => (at === index ? change(part) : part))
      .join(".");
  };
}

function withClaim(part: string, more: object): string {
  const before = JSON.parse(Buffer.from(part, "base64url").toString()) as object; // it was made here
  return b64({ ...before, ...more });
}

function keyWith(knobs: ProviderKnobs, more: object) {
  knobs.keys = (keys) => ({ keys: keys.map((key) => ({ ...key, ...more })) });
}

/** NIST SP 800-131A: RSA below 2048 bits is disallowed. jose makes none, so Node does. */
function weakKey(knobs: ProviderKnobs) {
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
  const jwk = publicKey.export({ format: "jwk" });
  knobs.keys = () => ({ keys: [{ ...jwk, kid: "key-1" }] });
}
