/** A token that was verified is not verified again; it is refused from the same moment on all the same. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { verifyAccessToken } from "../../src/domain/access-tokens.ts";
import { KEY_NOTICE_MS, rotateSigningKey } from "../../src/domain/keys.ts";
import { TokenMemory, TOKENS_REMEMBERED } from "../../src/domain/token-memory.ts";
import { openForgery } from "../support/forgeries.ts";
import { NOW } from "../support/clock.ts";

let forgery: Awaited<ReturnType<typeof openForgery>>;
beforeEach(async () => {
  forgery = await openForgery();
});
afterEach(() => void vi.restoreAllMocks());

/** The life of a token, and of a key after its last one. Seconds. */
const LIFE = 900;

test("the signature of a token is verified once", async () => {
  const { genuine, verify } = forgery;
  const verifications = vi.spyOn(crypto.subtle, "verify");
  const claims = await verify(genuine);
  expect(claims).toMatchObject({ userId: forgery.user.id });
  for (const now of [NOW, NOW + 1, NOW + LIFE * 1000 - 1])
    expect(await verify(genuine, now)).toEqual(claims);
  expect(verifications).toHaveBeenCalledTimes(1);
});

test("TK-03 a remembered token is refused from its last second on, and good again for a clock put back", async () => {
  const { genuine, verify } = forgery;
  const end = NOW + LIFE * 1000;
  for (const now of [NOW, end - 1]) expect(await verify(genuine, now)).toBeDefined();
  for (const now of [end, end + 1, end + 1e9]) expect(await verify(genuine, now)).toBeUndefined();
  expect(await verify(genuine, end - 1)).toBeDefined();
});

test("TK-02 a remembered token is refused once its key is, though it has not expired", async () => {
  const { domain, forge, verify } = forgery;
  const long = await forge({}, { exp: NOW / 1000 + 10 * LIFE });
  expect(await verify(long)).toBeDefined();
  const { signingKeySeal } = domain.deps.secretKeys;
  await rotateSigningKey(domain.deps, domain.at(), signingKeySeal, LIFE);
  const end = NOW + KEY_NOTICE_MS + LIFE * 1000;
  expect(await verify(long, end - 1)).toBeDefined();
  expect(await verify(long, end)).toBeUndefined();
});

test("TK-02 a remembered token is refused once its key is gone from the database", async () => {
  const { domain, genuine, verify } = forgery;
  expect(await verify(genuine)).toBeDefined();
  await rotateSigningKey(domain.deps, domain.at(), domain.deps.secretKeys.signingKeySeal, LIFE);
  domain.sql("DELETE FROM signing_keys WHERE retired_at IS NOT NULL");
  expect(await verify(genuine, NOW + KEY_NOTICE_MS)).toBeUndefined();
});

test("TK-04 what one issuer remembers is no other's", async () => {
  const { domain, genuine, verify } = forgery;
  expect(await verify(genuine)).toBeDefined();
  const other = { ...domain.deps, issuer: "https://other.example.com" };
  expect(await verifyAccessToken(other, domain.at(), genuine)).toBeUndefined();
});

test("TK-07 beside a remembered token, no other spelling is believed", async () => {
  const { genuine, verify } = forgery;
  expect(await verify(genuine)).toBeDefined();
  for (const other of [`${genuine}=`, `${genuine} `, genuine.toLowerCase(), genuine.slice(0, -1)])
    expect(await verify(other)).toBeUndefined();
});

test("IV-01 the memory is bounded, and what was refused never enters it", async () => {
  const { domain, genuine, forge, verify } = forgery;
  for (const bad of [`${genuine}x`, await forge({ typ: "JWT" }), await forge({}, { exp: 1 })]) {
    expect(await verify(bad)).toBeUndefined();
    expect(domain.deps.keyRing.verified.find(bad)).toBeUndefined();
  }
  await verify(genuine);
  const verified = domain.deps.keyRing.verified.find(genuine);
  if (verified === undefined) throw new Error("It was not remembered");
  const memory = new TokenMemory();
  for (let n = 0; n <= TOKENS_REMEMBERED; n += 1) memory.remember(String(n), verified);
  expect(memory.find("0")).toBeUndefined();
  expect(memory.find(String(TOKENS_REMEMBERED))).toBe(verified);
});
