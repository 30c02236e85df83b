import { createHmac } from "node:crypto";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { createVerifier, readBearer } from "../src/verify/index.ts";
import { json, startServer } from "./loopback-server.ts";

const kid = "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e46";
const claims = {
  sub: "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e43",
  sid: "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e44",
  jti: "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e45",
};
const header = { alg: "EdDSA", typ: "at+jwt", kid };

let ours: Awaited<ReturnType<typeof keyPair>>;
let theirs: Awaited<ReturnType<typeof keyPair>>;
beforeAll(async () => {
  [ours, theirs] = [await keyPair(kid), await keyPair(kid)];
});

async function keyPair(id: string) {
  const { publicKey, privateKey } = await generateKeyPair("EdDSA", { extractable: true });
  return {
    privateKey,
    jwk: { ...(await exportJWK(publicKey)), alg: "EdDSA", use: "sig", kid: id },
  };
}

/** A server with our key in its set, and a verifier of its tokens. */
async function issuer(cooldownSeconds?: number) {
  const keys = [ours.jwk];
  const server = await startServer((request, response) => json(200, { keys })(request, response));
  const verifier = createVerifier({ issuer: server.url, cooldownSeconds });
  const now = Math.floor(Date.now() / 1000);
  const usual = { ...claims, iss: server.url, aud: server.url, iat: now, exp: now + 900 };
  const sign = (
    payload: Record<string, unknown> = {},
    head: Record<string, unknown> = {},
    key = ours.privateKey,
  ) => {
    const all = { ...header, ...head };
    for (const name of Object.keys(all))
      if (Reflect.get(all, name) === undefined) Reflect.deleteProperty(all, name);
    return new SignJWT({ ...usual, ...payload })
      .setProtectedHeader(all)
      .sign(key, { crit: { b64x: true } });
  };
  return { ...server, keys, verifier, usual, sign };
}

const invalid = { ok: false, reason: "invalid" };

describe("TK-02 TK-03 TK-04 a token", () => {
  it("of the issuer is good, and its claims are what it says", async () => {
    const { verifier, sign, usual } = await issuer();
    expect(await verifier.verify(await sign())).toEqual({
      ok: true,
      claims: {
        userId: claims.sub,
        sessionId: claims.sid,
        tokenId: claims.jti,
        issuedAt: new Date(usual.iat * 1000),
        expiresAt: new Date(usual.exp * 1000),
        methods: [],
      },
    });
  });

  it("hands on how and when its session was proved, newer ways included", async () => {
    const { verifier, sign, usual } = await issuer();
    const authTime = usual.iat - 60;
    const token = await sign({ amr: ["pwd", "otp", "new"], auth_time: authTime });
    expect(await verifier.verify(token)).toMatchObject({
      ok: true,
      claims: { methods: ["pwd", "otp", "new"], authenticatedAt: new Date(authTime * 1000) },
    });
  });

  it.each<[string, Record<string, unknown>]>([
    ["of another issuer", { iss: "https://evil.example" }],
    ["of the issuer with a slash more", { iss: "http://127.0.0.1/" }],
    ["without issuer", { iss: undefined }],
    ["for another audience", { aud: "https://other.example" }],
    ["without audience", { aud: undefined }],
    ["without exp", { exp: undefined }],
    ["with an exp that is text", { exp: "9999999999" }],
    ["without iat", { iat: undefined }],
    ["without sub", { sub: undefined }],
    ["with a sub that is a number", { sub: 7 }],
    ["without sid", { sid: undefined }],
    ["with a sid that is an object", { sid: {} }],
    ["without jti", { jti: undefined }],
    ["that begins later", { nbf: 9_999_999_999 }],
    ["with an amr that is text", { amr: "otp" }],
    ["with an amr of other things", { amr: ["otp", 7] }],
    ["with an auth_time that is text", { auth_time: "1795000000" }],
  ])("%s is refused, though its signature is good", async (_case, payload) => {
    const { verifier, sign } = await issuer();
    expect(await verifier.verify(await sign(payload))).toEqual(invalid);
  });

  it("for a list of audiences is refused, though ours is among them", async () => {
    const { verifier, sign, url } = await issuer();
    expect(await verifier.verify(await sign({ aud: [url, "https://evil.example"] }))).toEqual(
      invalid,
    );
  });

  it("that has expired says so, and only where it was good once", async () => {
    const { verifier, sign, usual } = await issuer();
    const past = { exp: usual.iat - 1 };
    expect(await verifier.verify(await sign(past))).toEqual({ ok: false, reason: "expired" });
    expect(await verifier.verify(await sign(past, {}, theirs.privateKey))).toEqual(invalid);
  });

  it.each<[string, Record<string, unknown>]>([
    ["another typ", { typ: "JWT" }],
    ["another spelling of the typ", { typ: "application/at+jwt" }],
    ["another case of the typ", { typ: "AT+JWT" }],
    ["no typ", { typ: undefined }],
    ["no kid", { kid: undefined }],
    ["a kid that is a number", { kid: 7 }],
    ["a key of its own", { jwk: { kty: "OKP", crv: "Ed25519" } }],
    ["an address to fetch a key from", { jku: "https://evil.example/jwks.json" }],
    ["a member that must be understood", { crit: ["b64x"], b64x: true }],
  ])("with %s in its header is refused", async (_case, head) => {
    const { verifier, sign } = await issuer();
    expect(await verifier.verify(await sign({}, head))).toEqual(invalid);
  });

  it("signed by another key under our key's id is refused", async () => {
    const { verifier, sign } = await issuer();
    expect(await verifier.verify(await sign({}, {}, theirs.privateKey))).toEqual(invalid);
  });

  it("TK-02 with no signature, or with the public key as an HMAC secret, is refused", async () => {
    const { verifier, usual } = await issuer();
    const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString("base64url");
    for (const alg of ["none", "None", "HS256"])
      for (const secret of [JSON.stringify(ours.jwk), Buffer.from(ours.jwk.x ?? "", "base64url")]) {
        const signed = `${encode({ ...header, alg })}.${encode(usual)}`;
        const hmac = createHmac("sha256", secret).update(signed).digest("base64url");
        expect(await verifier.verify(`${signed}.`)).toEqual(invalid);
        expect(await verifier.verify(`${signed}.${hmac}`)).toEqual(invalid);
      }
  });

  it("TK-07 in any other spelling is refused: spare bits, padding, white space, more segments", async () => {
    const { verifier, sign } = await issuer();
    const token = await sign();
    const [head = "", payload = "", signature = ""] = token.split(".");
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    // 64 bytes leave four spare bits in the last character: the next one decodes to the same signature.
    const last = alphabet[alphabet.indexOf(signature.at(-1) ?? "") + 1] ?? "";
    const spare = signature.slice(0, -1) + last;
    expect(Buffer.from(spare, "base64url")).toEqual(Buffer.from(signature, "base64url"));
    const spellings = [`${head}.${payload}.${spare}`, `${token}==`, ` ${token}`, `${token}\n`];
    for (const spelling of [...spellings, `${token}.`, `${token}.${payload}`, `${head}.${payload}`])
      expect(await verifier.verify(spelling)).toEqual(invalid);
  });

  it("longer than any the server signs is refused, however good", async () => {
    const { verifier, sign } = await issuer();
    expect(await verifier.verify(await sign({ more: "x".repeat(2_000) }))).toEqual(invalid);
  });

  it("that is no token is refused, and the server is not asked", async () => {
    const { verifier, seen } = await issuer();
    for (const text of ["", "x", "..", "a.b.c", "x".repeat(100_000), "é.é.é"])
      expect(await verifier.verify(text)).toEqual(invalid);
    expect(await verifier.verify(undefined)).toEqual({ ok: false, reason: "missing" });
    expect(seen).toEqual([]);
  });
});

describe("a demand", () => {
  const old = { ok: false, reason: "too_old" };
  const others = { ok: false, reason: "other_methods" };

  it("for a recent proof is met up to its age, and by no token that does not say", async () => {
    const { verifier, sign, usual } = await issuer();
    const proved = (secondsAgo: number) => sign({ auth_time: usual.iat - secondsAgo });
    const maxAgeSeconds = 600;
    expect(await verifier.verify(await proved(590), { maxAgeSeconds })).toMatchObject({ ok: true });
    expect(await verifier.verify(await proved(601), { maxAgeSeconds })).toEqual(old);
    expect(await verifier.verify(await proved(601), {})).toMatchObject({ ok: true });
    expect(await verifier.verify(await sign(), { maxAgeSeconds })).toEqual(old);
    expect(await verifier.verify(await sign(), { maxAgeSeconds: Infinity })).toEqual(old);
    expect(await verifier.verify(await proved(1), { maxAgeSeconds: 0 })).toEqual(old);
  });

  it("for ways of proving is met by any of them, and by no token that does not say", async () => {
    const { verifier, sign } = await issuer();
    const token = await sign({ amr: ["pwd", "otp"] });
    expect(await verifier.verify(token, { methods: ["passkey", "otp"] })).toMatchObject({
      ok: true,
    });
    expect(await verifier.verify(token, { methods: ["passkey"] })).toEqual(others);
    expect(await verifier.verify(token, { methods: [] })).toEqual(others);
    expect(await verifier.verify(await sign(), { methods: ["pwd"] })).toEqual(others);
    expect(await verifier.verify(token, { methods: undefined, maxAgeSeconds: undefined })).toEqual(
      await verifier.verify(token),
    );
    // @ts-expect-error no such way
    expect(await verifier.verify(token, { methods: ["sms"] })).toEqual(others);
  });

  it("that is no number, or no list, is met by nothing, and rejects nothing", async () => {
    const { verifier, sign, usual } = await issuer();
    const token = await sign({ auth_time: usual.iat, amr: ["pwd"] });
    const values: unknown[] = [NaN, null, {}, "", -1];
    for (const maxAgeSeconds of values)
      expect(await verifier.verify(token, { maxAgeSeconds } as object)).toEqual(old);
    for (const methods of ["pwd", null, 7, {}])
      expect(await verifier.verify(token, { methods } as object)).toEqual(others);
    expect(await verifier.verify(token, null as never)).toMatchObject({ ok: false });
  });

  it("says nothing about a token that is not good", async () => {
    const { verifier, sign, usual } = await issuer();
    const demands = { maxAgeSeconds: 600, methods: ["passkey"] } as const;
    expect(await verifier.verify(undefined, demands)).toEqual({ ok: false, reason: "missing" });
    const forged = await sign({ auth_time: usual.iat }, {}, theirs.privateKey);
    expect(await verifier.verify(forged, demands)).toEqual(invalid);
  });
});

describe("verify", () => {
  it("never rejects: what is no text is no token, whatever it is", async () => {
    const { verifier, seen } = await issuer();
    const throws = () => {
      throw new Error("asked");
    };
    const hostile = { length: 20, toString: throws, split: throws, [Symbol.toPrimitive]: throws };
    const values: unknown[] = [0, 1, NaN, 1n, true, Symbol("t"), {}, [], ["a.b.c"], () => "a.b.c"];
    for (const value of [...values, new String("a.b.c"), hostile])
      expect(await verifier.verify(value as string)).toEqual(invalid);
    expect(await verifier.verify(null)).toEqual({ ok: false, reason: "missing" });
    expect(seen).toEqual([]);
  });
});

describe("an audience of one's own", () => {
  it("is the only one taken", async () => {
    const { sign, url } = await issuer();
    const verifier = createVerifier({ issuer: url, audience: "https://api.example.com" });
    const own = await sign({ aud: "https://api.example.com" });
    expect(await verifier.verify(own)).toMatchObject({ ok: true });
    expect(await verifier.verify(await sign())).toEqual(invalid);
  });
});

describe("the keys", () => {
  it("are fetched once for many tokens", async () => {
    const { verifier, sign, seen } = await issuer();
    const tokens = await Promise.all([sign(), sign(), sign()]);
    await Promise.all(tokens.map((token) => verifier.verify(token)));
    expect(await verifier.verify(await sign())).toMatchObject({ ok: true });
    expect(seen.map(({ url }) => url)).toEqual(["/.well-known/jwks.json"]);
  });

  it("are not asked for again by made-up key ids, until the pause is over", async () => {
    const { verifier, sign, seen } = await issuer(60);
    await verifier.verify(await sign());
    for (const id of ["a", "b", "c"])
      expect(await verifier.verify(await sign({}, { kid: id }))).toEqual({
        ok: false,
        reason: "unknown_key",
      });
    expect(seen).toHaveLength(1);
  });

  it("that are new are found without a restart", async () => {
    const { verifier, sign, keys } = await issuer(0);
    expect(await verifier.verify(await sign())).toMatchObject({ ok: true });
    const next = await keyPair("next");
    keys.unshift(next.jwk);
    const token = await sign({}, { kid: "next" }, next.privateKey);
    expect(await verifier.verify(token)).toMatchObject({ ok: true });
    expect(await verifier.verify(await sign())).toMatchObject({ ok: true });
  });

  it.each<[string, Parameters<typeof startServer>[0]]>([
    ["an error", json(500, {})],
    ["a redirect", (_request, response) => response.writeHead(302, { location: "/x" }).end()],
    ["a page", (_request, response) => response.writeHead(200).end("<html>")],
    ["no set", json(200, { keys: "none" })],
    ["nothing, and the connection ends", (_request, response) => response.destroy()],
  ])("that cannot be had are a reason of their own: %s", async (_case, answer) => {
    const { sign } = await issuer();
    const server = await startServer(answer);
    const verifier = createVerifier({ issuer: server.url });
    const token = await sign({ iss: server.url, aud: server.url });
    expect(await verifier.verify(token)).toMatchObject({ ok: false, reason: "keys_unavailable" });
  });

  it("that cannot be had leave no token good, and are asked for again with the next", async () => {
    const { sign, url } = await issuer();
    let isAway = true;
    const verifier = createVerifier({
      issuer: url,
      fetch: (...args) => (isAway ? Promise.reject(new TypeError("away")) : fetch(...args)),
    });
    expect(await verifier.verify(await sign())).toMatchObject({
      ok: false,
      reason: "keys_unavailable",
      cause: new TypeError("away"),
    });
    isAway = false;
    expect(await verifier.verify(await sign())).toMatchObject({ ok: true });
  });

  it("come by https or from a loopback name, unless their address is given", () => {
    for (const issuer of ["http://auth.example.com", "ftp://auth.example.com", "auth", ""])
      expect(() => createVerifier({ issuer })).toThrow(TypeError);
    for (const issuer of ["https://auth.example.com", "http://localhost:3000", "http://[::1]:1"])
      expect(() => createVerifier({ issuer })).not.toThrow();
    const jwksUrl = "http://auth.internal/.well-known/jwks.json";
    expect(() => createVerifier({ issuer: "https://auth.example.com", jwksUrl })).not.toThrow();
  });
});

describe("readBearer", () => {
  it("reads the one form RFC 6750 gives, its scheme in any case", () => {
    for (const scheme of ["Bearer", "bearer", "BEARER"])
      expect(readBearer(`${scheme} a.b-c_d~e+f/g==`)).toBe("a.b-c_d~e+f/g==");
  });

  it.each([
    null,
    undefined,
    "",
    "Bearer",
    "Bearer ",
    "Bearer  a",
    " Bearer a",
    "Bearer a ",
    "Bearer a b",
    "Bearer a, Bearer b",
    "Bearer a=b",
    "Bearer é",
    "Bearer a\n",
    "Basic YTpi",
    "BearerX a",
  ])("reads nothing from %j", (header) => {
    expect(readBearer(header)).toBeUndefined();
  });

  it("reads nothing from what is no text, and throws for none", () => {
    const values: unknown[] = [
      7,
      true,
      {},
      Symbol("h"),
      ["Bearer a"],
      { toString: () => "Bearer a" },
    ];
    for (const value of values) expect(readBearer(value as string)).toBeUndefined();
  });
});
