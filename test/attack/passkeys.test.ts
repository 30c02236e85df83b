/** Passkeys over HTTP: lies of browsers and strangers, byte by byte. The rules are in test/domain/passkey*.test.ts. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BE, BS, type Twist, UP } from "../support/authenticator.ts";
import { cookieClient, dataOf, signedInClient } from "../support/clients.ts";
import { type InProcessServer, startInProcessServer } from "../support/in-process-server.ts";
import { addPasskeyTo, authenticatorOn, beginByPasskey } from "../support/passkeys.ts";

let server: InProcessServer;
let own: string;
beforeAll(async () => {
  server = await startInProcessServer();
  own = `http://localhost:${server.port}`;
});
afterAll(() => server.stop());

const flip = (bytes: Buffer) => {
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  return bytes;
};

/** Accounts, sessions, half-logins and passkeys: what a refusal must not change. */
const state = () =>
  server.state() +
  JSON.stringify([
    server.sql("SELECT * FROM passkeys ORDER BY id"),
    server.sql("SELECT * FROM challenges WHERE purpose = 'login' ORDER BY id"),
  ]);

async function newPasskey() {
  const signedIn = await signedInClient(server.address);
  const phone = authenticatorOn(server.address);
  return { ...signedIn, phone, passkey: await addPasskeyTo(signedIn.api, phone) };
}

type Phone = Awaited<ReturnType<typeof newPasskey>>["phone"];

/** Signs in with the lie; answers what comes back, without the id and the time of the request. */
async function signIn(phone: Phone, twist: Twist = {}, change = (body: object): object => body) {
  const { challengeToken, options } = dataOf(
    await cookieClient(server.address).startPasskeyLogin(),
  );
  const body = change({ challengeToken, credential: phone.get(options, twist) });
  const { status, headers, body: text } = await server.post("/login/passkey/complete", body);
  const { "x-request-id": id, date, ...rest } = headers;
  expect(date).toBeDefined();
  return { status, headers: rest, body: text.replace(String(id), "an id") };
}

describe("PK-03 a sign-in of a page on", () => {
  test.each<[string, (origin: string) => Twist]>([
    ["a name that ends like ours", () => ({ clientData: { origin: `http://evil-localhost:${server.port}` } })],
    ["a name that begins like ours", () => ({ clientData: { origin: `http://localhost.evil.example:${server.port}` } })],
    ["another port", () => ({ clientData: { origin: `http://localhost:${server.port + 1}` } })],
    ["no port", () => ({ clientData: { origin: "http://localhost" } })],
    ["another scheme", () => ({ clientData: { origin: `https://localhost:${server.port}` } })],
    ["this machine's address, which is no name", () => ({ clientData: { origin: server.address } })],
    ["null", () => ({ clientData: { origin: "null" } })],
    ["ours with a slash", (origin) => ({ clientData: { origin: `${origin}/` } })],
    ["ours in capitals", (origin) => ({ clientData: { origin: origin.toUpperCase() } })],
    ["ours within another site's", () => ({ clientData: { crossOrigin: true } })],
    ["ours, for another relying party", () => ({ rpId: "evil.example" })],
  ])("%s changes nothing", async (_, lie) => {
    const { phone } = await newPasskey();
    const before = state();
    expect((await signIn(phone, lie(own))).status).toBe(400);
    expect(state()).toBe(before);
    expect((await signIn(phone)).status).toBe(200);
  }); // prettier-ignore
});

test("PK-11 an unknown credential, a wrong signature, an unverified user, a disabled and a locked account, and a dead ceremony are answered alike", async () => {
  const { phone, user } = await newPasskey();
  const stranger = authenticatorOn(server.address);
  const other = await newPasskey();
  const set = (column: string, value: string) =>
    server.sql(`UPDATE users SET ${column} = ? WHERE id = ?`, value, user.id);
  const before = state();
  const answers = [
    await signIn(stranger),
    await signIn(phone, { signature: flip }),
    await signIn(phone, { flags: UP | BE | BS }),
    await signIn(phone, { userHandle: null }),
    await signIn(phone, { id: other.phone.id }),
    await signIn(phone, {}, (body) => ({ ...body, challengeToken: "A".repeat(43) })),
  ];
  expect(state()).toBe(before);
  set("disabled", "1");
  answers.push(await signIn(phone));
  set("disabled", "0");
  set("locked_until", String(Date.now() + 60_000));
  answers.push(await signIn(phone));
  set("locked_until", "0");
  expect(state()).toBe(before);
  expect(JSON.parse(answers[0]?.body ?? "")).toMatchObject({ code: "invalid_passkey" });
  expect(answers[0]?.status).toBe(400);
  expect(answers).toEqual(answers.map(() => answers[0]));
  expect((await signIn(phone)).status).toBe(200);
});

test("PK-11 a sign-in begins for everybody alike, and sets no cookie before its end", async () => {
  const { phone } = await newPasskey();
  const started = await server.post("/login/passkey", {});
  expect(started.headers["set-cookie"]).toBeUndefined();
  const complete = await signIn(phone);
  expect(complete).toMatchObject({ status: 200 });
  expect(complete.headers).not.toHaveProperty("set-cookie");
});

test.each<[string, (credential: Record<string, unknown>) => unknown]>([
  ["no credential", () => undefined],
  ["a text", () => "credential"],
  ["bytes that are no base64url", (credential) => ({ ...credential, id: "§" })],
  ["an id of 1,024 bytes", (credential) => ({ ...credential, id: "A".repeat(1366) })],
  ["two ids", (credential) => ({ ...credential, rawId: "AAAA" })],
  ["another type", (credential) => ({ ...credential, type: "password" })],
  ["no answer", (credential) => ({ ...credential, response: {} })],
  ["an answer of one byte each", (credential) => ({ ...credential, response: { clientDataJSON: "AA", authenticatorData: "AA", signature: "AA" } })],
])("PK-09 a credential that is %s is refused with 4xx", async (_, broken) => {
  const { phone } = await newPasskey();
  const before = state();
  const answer = await signIn(phone, {}, (body) => {
    const { credential, ...rest } = body as { credential: Record<string, unknown> };
    return { ...rest, credential: broken(credential) };
  });
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  expect(state()).toBe(before);
}); // prettier-ignore

test("PK-13 somebody else's passkey is renamed and removed by nobody, like one that does not exist", async () => {
  const { passkey } = await newPasskey();
  const { api } = await newPasskey();
  const before = state();
  const unknown = "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e47";
  for (const passkeyId of [passkey.id, unknown]) {
    const renamed = await api.renamePasskey({ passkeyId, name: "Mine now" });
    const removed = await api.removePasskey({ passkeyId });
    for (const answer of [renamed, removed])
      expect(answer).toMatchObject({ status: 404, problem: { code: "not_found" } });
  }
  expect(state()).toBe(before);
});

test("PK-14 the last way in is kept where no mail signs in", async () => {
  const strict = await startInProcessServer({ MAIL_LOGIN: "off" });
  try {
    const { api, user } = await signedInClient(strict.address);
    const { id: passkeyId } = await addPasskeyTo(api, authenticatorOn(strict.address));
    strict.sql("UPDATE users SET password_hash = NULL WHERE id = ?", user.id);
    const refused = await api.removePasskey({ passkeyId });
    expect(refused).toMatchObject({ status: 409, problem: { code: "last_credential" } });
    expect(strict.sql("SELECT id FROM passkeys")).toEqual([{ id: passkeyId }]);
    expect(await api.getMe()).toMatchObject({ status: 200 });
  } finally {
    await strict.stop();
  }
});

describe("PK-03 the origins of the settings", () => {
  test("are told to browsers where there are several, without those of apps", async () => {
    const app = "android:apk-key-hash:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
    const several = await startInProcessServer({
      PUBLIC_URL: "https://auth.example.com",
      WEBAUTHN_ORIGINS: `https://auth.example.com,https://shop.example,${app}`,
    });
    try {
      const answer = await several.send("GET", "/.well-known/webauthn");
      expect(JSON.parse(answer.body)).toEqual({
        origins: ["https://auth.example.com", "https://shop.example"],
      });
    } finally {
      await several.stop();
    }
  });

  test("are told to nobody where there is one", async () => {
    expect((await server.send("GET", "/.well-known/webauthn")).status).toBe(404);
  });

  test("are all there are: this machine's names are none of them then", async () => {
    const set = await startInProcessServer({ WEBAUTHN_ORIGINS: "http://localhost:5173" });
    try {
      const { api } = await signedInClient(set.address);
      await expect(addPasskeyTo(api, authenticatorOn(set.address))).rejects.toThrow(
        "invalid_passkey",
      );
      const page = authenticatorOn("http://localhost:5173");
      await addPasskeyTo(api, page);
      const pending = await beginByPasskey(cookieClient(set.address), page);
      expect(pending.secondFactors).toEqual([]);
    } finally {
      await set.stop();
    }
  });
});
