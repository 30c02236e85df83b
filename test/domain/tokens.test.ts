/** Every forgery we know of. Most are signed with the server's own key, so that only the rule under test can refuse them. */
import { expect, test } from "vitest";
import { openForgery } from "../support/forgeries.ts";
import { NOW } from "../support/clock.ts";
import { ISSUER } from "../support/domain.ts";

const { domain, genuine, header, payload, verify, forge } = await openForgery();

test("TK-06 a genuine token says who, which session and for how long, and nothing about the person", async () => {
  expect(header).toEqual({
    alg: "EdDSA",
    typ: "at+jwt",
    kid: (await domain.deps.keyRing.findSigning(NOW)).kid,
  });
  expect(Object.keys(payload).sort()).toEqual([
    "amr",
    "aud",
    "auth_time",
    "exp",
    "iat",
    "iss",
    "jti",
    "sid",
    "sub",
  ]);
  expect(payload).toMatchObject({
    amr: ["pwd"],
    auth_time: Math.floor(NOW / 1000),
    iss: ISSUER,
    aud: ISSUER,
    iat: NOW / 1000,
    exp: NOW / 1000 + 900,
  });
  expect(await verify(genuine)).toEqual({
    userId: payload["sub"],
    sessionId: payload["sid"],
    tokenId: payload["jti"],
    authTime: NOW / 1000,
  });
});

test("the forger of these tests makes genuine tokens where it changes nothing", async () => {
  expect(await verify(await forge())).toBeDefined();
});

test("TK-03 a token is good until its last second, and not in the next", async () => {
  expect(await verify(genuine, NOW + 899_999)).toBeDefined();
  expect(await verify(genuine, NOW + 900_000)).toBeUndefined();
});

test.each(["exp", "sub", "sid", "jti", "iat", "iss", "aud"])(
  "TK-03 a token without %s is refused",
  async (claim) => {
    expect(await verify(await forge({}, { [claim]: undefined }))).toBeUndefined();
    expect(await verify(await forge({}, { [claim]: null }))).toBeUndefined();
  },
);

test.each<[string, Record<string, unknown>]>([
  ["an exp in the past", { exp: NOW / 1000 - 1 }],
  ["an exp that is text", { exp: "9999999999" }],
  ["an nbf in the future", { nbf: NOW / 1000 + 60 }],
  ["an nbf that is text", { nbf: "0" }],
  ["an iat that is text", { iat: "0" }],
  ["a sub that is a list", { sub: ["a", "b"] }],
  ["a sid that is a number", { sid: 1 }],
  ["a jti that is an object", { jti: {} }],
])("TK-03 a token with %s is refused", async (_, changes) => {
  expect(await verify(await forge({}, changes))).toBeUndefined();
});

test.each<[string, Record<string, unknown>]>([
  ["another issuer", { iss: "https://evil.example" }],
  ["an issuer with a slash more", { iss: `${ISSUER}/` }],
  ["another audience", { aud: "https://api.example.com" }],
  ["a list of audiences that has ours in it", { aud: [ISSUER, "https://evil.example"] }],
  ["a list of our audience alone", { aud: [ISSUER] }],
])("TK-04 a token with %s is refused", async (_, changes) => {
  expect(await verify(await forge({}, changes))).toBeUndefined();
});

test.each(["JWT", "jwt", "application/at+jwt", "AT+JWT", "rt+jwt", "", undefined, null, 7])(
  "TK-04 a token of typ %j is refused",
  async (typ) => {
    expect(await verify(await forge({ typ }))).toBeUndefined();
  },
);
