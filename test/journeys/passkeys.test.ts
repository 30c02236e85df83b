import { afterAll, beforeAll, expect, test } from "vitest";
import {
  adminClient,
  cookieClient,
  dataOf,
  pendingOf,
  signedInClient,
  tokenClient,
} from "../support/clients.ts";
import { PASSWORD } from "../support/credentials.ts";
import { addPasskeyTo, authenticatorOn, beginByPasskey } from "../support/passkeys.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServerProcess();
});
afterAll(() => server.dispose());

test("a person adds a passkey, signs in by it alone, by it after the password, and steps up by it", async () => {
  const { api, user, email } = await signedInClient(server.baseUrl);
  const phone = authenticatorOn(server.baseUrl);
  const added = await addPasskeyTo(api, phone, "Ada's phone");
  expect(added).toMatchObject({ name: "Ada's phone", signsIn: true, synced: true });
  expect(added.recoveryCodes).toHaveLength(10);
  expect(dataOf(await api.listMyFactors())).toMatchObject({ passkeys: 1, totp: null });

  // By itself: nothing is missing.
  const alone = cookieClient(server.baseUrl);
  const pending = await beginByPasskey(alone, phone);
  expect(pending.secondFactors).toEqual([]);
  const { loginToken } = pending;
  dataOf(await alone.finishLogin({ method: "none", loginToken }));
  expect(dataOf(await alone.getMe())).toMatchObject({ id: user.id });

  // After the password.
  const second = tokenClient(server.baseUrl);
  const half = pendingOf(await second.tokenLogin({ email, password: PASSWORD }));
  expect(half.secondFactors).toEqual(["passkey", "recovery_code"]);
  const asked = dataOf(await second.startSecondFactorPasskey({ loginToken: half.loginToken }));
  expect(asked.options.allowCredentials).toMatchObject([{ id: phone.id }]);
  const finished = await second.finishTokenLogin({
    method: "passkey",
    loginToken: half.loginToken,
    challengeToken: asked.challengeToken,
    credential: phone.get(asked.options),
  });
  expect(dataOf(finished)).toMatchObject({ tokenType: "Bearer" });

  // To step up.
  const started = dataOf(await alone.startReauthentication({ method: "passkey" }));
  if (!("options" in started)) throw new Error("Expected a passkey to be asked for");
  const { challengeToken, options } = started;
  const again = { method: "passkey", challengeToken, credential: phone.get(options) } as const;
  expect(await alone.reauthenticate(again)).toMatchObject({ ok: true, status: 200 });

  const [kept] = dataOf(await api.listMyPasskeys()).items;
  expect(kept?.lastUsedAt).toEqual(expect.any(String));
  expect(kept).toMatchObject({ id: added.id, name: "Ada's phone" });
});

test("a person renames a passkey and removes it, and its authenticator opens nothing any more", async () => {
  const { api, email } = await signedInClient(server.baseUrl);
  const phone = authenticatorOn(server.baseUrl, { algorithm: -8 });
  const key = authenticatorOn(server.baseUrl, { algorithm: -257 });
  const { id: passkeyId, name } = await addPasskeyTo(api, phone);
  expect(name).toBe("Passkey 1");
  expect((await addPasskeyTo(api, key)).recoveryCodes).toEqual([]);
  const renamed = await api.renamePasskey({ passkeyId, name: "Old phone" });
  expect(dataOf(renamed)).toMatchObject({ id: passkeyId, name: "Old phone" });
  expect(await api.removePasskey({ passkeyId })).toMatchObject({ status: 204 });
  expect(dataOf(await api.listMyPasskeys()).items).toMatchObject([{ name: "Passkey 2" }]);
  await expect(beginByPasskey(cookieClient(server.baseUrl), phone)).rejects.toThrow(
    "invalid_passkey",
  );
  expect((await beginByPasskey(cookieClient(server.baseUrl), key)).secondFactors).toEqual([]);
  const half = await cookieClient(server.baseUrl).login({ email, password: PASSWORD });
  expect(half).toMatchObject({ status: 202 });
});

test("an administrator sees an account's passkeys and removes one, and its sessions end", async () => {
  const { api, user } = await signedInClient(server.baseUrl);
  const phone = authenticatorOn(server.baseUrl);
  const { id: passkeyId } = await addPasskeyTo(api, phone);
  const admin = await adminClient(server.baseUrl);
  const path = { userId: user.id };
  expect(dataOf(await admin.listUserPasskeys(path)).items).toMatchObject([{ id: passkeyId }]);
  const removal = { ...path, passkeyId };
  expect(await admin.removeUserPasskey(removal)).toMatchObject({ status: 204 });
  expect(await admin.removeUserPasskey(removal)).toMatchObject({ status: 404 });
  expect(dataOf(await admin.listUserPasskeys(path)).items).toEqual([]);
  expect(await api.getMe()).toMatchObject({ status: 401 });
});
