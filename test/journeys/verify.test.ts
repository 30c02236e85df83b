/** Another service, with nothing of this server but its published keys: the client's `./verify`. */
import { createHmac, randomUUID } from "node:crypto";
import { createVerifier, readBearer, type Verifier } from "@portcullis/client/verify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cookieClient, dataOf } from "../support/clients.ts";
import { eventsOf, runScript } from "../support/commands.ts";
import { ADMIN } from "../support/credentials.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";

let server: ServerProcess;
let verifier: Verifier;
beforeAll(async () => {
  server = await startServerProcess();
  const issuer = issuerOf(await freshToken());
  verifier = createVerifier({ issuer, jwksUrl: jwksUrlOf(server), cooldownSeconds: 1 });
});
afterAll(() => server.dispose());

test("the verifier accepts a token of the server, and says whose it is", async () => {
  const api = cookieClient(server.baseUrl);
  const { accessToken, expiresInSeconds } = dataOf(await api.tokenLogin(ADMIN));
  const authorization = `Bearer ${accessToken}`;
  const me = dataOf(await api.getTokenMe({}, { headers: { authorization } }));
  const verified = await verifier.verify(readBearer(authorization));
  if (!verified.ok) throw new Error(verified.reason);
  const { userId, sessionId, issuedAt, expiresAt } = verified.claims;
  expect(userId).toBe(me.id);
  // The log is written a moment after the answer.
  await expect
    .poll(() => server.events())
    .toContainEqual(expect.objectContaining({ event: "login_success" }));
  expect(sessionId).toMatch(/^[0-9a-f-]{36}$/);
  expect(expiresAt.getTime() - issuedAt.getTime()).toBe(expiresInSeconds * 1000);
});

test("TK-02 TK-03 TK-07 what is made of a real token without the key is refused", async () => {
  const token = await freshToken();
  const [head = "", payload = "", signature = ""] = token.split(".");
  const [jwk] = dataOf(await cookieClient(server.baseUrl).getJwks()).keys;
  const altered = (part: string, change: object) => encode({ ...decode(part), ...change });
  const unsigned = `${altered(head, { alg: "none" })}.${payload}.`;
  const symmetric = `${altered(head, { alg: "HS256" })}.${payload}`;
  const secrets = [JSON.stringify(jwk), jwk?.x ?? "", Buffer.from(jwk?.x ?? "", "base64url")];
  const { exp } = decode(payload);
  const forged = [
    unsigned,
    ...secrets.map((secret) => {
      const hmac = createHmac("sha256", secret).update(symmetric).digest("base64url");
      return `${symmetric}.${hmac}`;
    }),
    `${altered(head, { typ: "JWT" })}.${payload}.${signature}`,
    `${altered(head, { jwk })}.${payload}.${signature}`,
    `${head}.${altered(payload, { sub: randomUUID() })}.${signature}`,
    `${head}.${altered(payload, { exp: Number(exp) + 1 })}.${signature}`,
    `${head}.${payload}.${respelt(signature)}`,
    `${token}=`,
  ];
  expect(await verifier.verify(token)).toMatchObject({ ok: true });
  for (const each of forged)
    expect(await verifier.verify(each)).toEqual({ ok: false, reason: "invalid" });
});

test("TK-03 a verifier of another issuer or audience refuses it", async () => {
  const token = await freshToken();
  const issuer = issuerOf(token);
  const others = [
    createVerifier({ issuer: `${issuer}/`, jwksUrl: jwksUrlOf(server) }),
    createVerifier({ issuer, audience: "https://api.example.com", jwksUrl: jwksUrlOf(server) }),
  ];
  for (const other of others)
    expect(await other.verify(token)).toEqual({ ok: false, reason: "invalid" });
});

test(
  "after a rotation old and new tokens are good, without a restart",
  { timeout: 60_000 },
  async () => {
    const before = await freshToken();
    expect(await verifier.verify(before)).toMatchObject({ ok: true });
    const environment = { DATABASE_URL: `sqlite:${server.databaseFile}` };
    const [event] = eventsOf(await runScript("keys", ["rotate"], environment));
    if (event?.event !== "signing_key_rotated") throw new Error("No rotation was told");
    await expect
      .poll(async () => decode((await freshToken()).split(".")[0] ?? "")["kid"], {
        timeout: 15_000,
        interval: 1000,
      })
      .toBe(event.kid);
    for (const token of [await freshToken(), before])
      expect(await verifier.verify(token)).toMatchObject({ ok: true });
  },
);

test("the verifier tells an unreachable server by a reason of its own, and keeps the keys it has", async () => {
  const gone = await startServerProcess();
  const api = cookieClient(gone.baseUrl);
  const { accessToken } = dataOf(await api.tokenLogin(ADMIN));
  const options = { issuer: issuerOf(accessToken), jwksUrl: jwksUrlOf(gone) };
  const [early, late] = [createVerifier(options), createVerifier(options)];
  expect(await early.verify(accessToken)).toMatchObject({ ok: true });
  await gone.dispose();
  expect(await early.verify(accessToken)).toMatchObject({ ok: true });
  expect(await late.verify(accessToken)).toMatchObject({ ok: false, reason: "keys_unavailable" });
});

async function freshToken(): Promise<string> {
  const api = cookieClient(server.baseUrl);
  return dataOf(await api.tokenLogin(ADMIN)).accessToken;
}

/** The issuer of a server that chose its port itself names none; its keys are where it listens. */
function jwksUrlOf({ baseUrl }: ServerProcess): string {
  return `${baseUrl}/.well-known/jwks.json`;
}

function issuerOf(token: string): string {
  return String(decode(token.split(".")[1] ?? "")["iss"]);
}

function decode(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, "base64url").toString());
}

function encode(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

/** A signature of 64 bytes in another spelling: the last character has four bits that no byte needs. */
function respelt(signature: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return signature.slice(0, -1) + (alphabet[alphabet.indexOf(signature.at(-1) ?? "") + 1] ?? "");
}
