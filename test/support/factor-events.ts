/** The journey of somebody with an app and passkeys, in which each event of second factors is met. */
import type { LogEvent } from "../../src/contract/events.ts";
import { UP, UV } from "./authenticator.ts";
import { adminClient, cookieClient, dataOf, pendingOf, signedInClient } from "./clients.ts";
import { PASSWORD } from "./credentials.ts";
import { addPasskeyTo, authenticatorOn } from "./passkeys.ts";
import { addTotpOver } from "./second-factors.ts";
import { startServerProcess } from "./server-process.ts";

export async function eventsOfFactors(): Promise<LogEvent[]> {
  const server = await startServerProcess({ environment: { LIMIT_SECOND_FACTOR: "2/900" } });
  const { baseUrl } = server;
  const { api, user, email } = await signedInClient(baseUrl);
  const { app, recoveryCodes } = await addTotpOver(api);
  const [code = ""] = recoveryCodes;
  dataOf(await api.reauthenticate({ method: "recovery_code", code }));
  await api.reauthenticate({ method: "totp", code: app.wrongAt(Date.now()) });
  dataOf(await api.renewRecoveryCodes());

  const elsewhere = authenticatorOn("http://localhost:1");
  const { setupToken, options } = dataOf(await api.startPasskey());
  await api.addPasskey({ setupToken, credential: elsewhere.create(options) });
  const key = authenticatorOn(baseUrl, { flags: UP | UV, step: 1 });
  const passkey = await addPasskeyTo(api, key);
  for (const signCount of [9, 9]) {
    const asked = dataOf(await api.startReauthentication({ method: "passkey" }));
    if (!("options" in asked)) throw new Error("Expected a passkey to be asked for");
    const credential = key.get(asked.options, { signCount });
    await api.reauthenticate({
      method: "passkey",
      challengeToken: asked.challengeToken,
      credential,
    });
  }
  dataOf(await api.removePasskey({ passkeyId: passkey.id }));
  dataOf(await api.removeTotp());
  await addTotpOver(api);

  const other = cookieClient(baseUrl);
  const { loginToken } = pendingOf(await other.login({ email, password: PASSWORD }));
  for (const wrong of ["000000", "000001"])
    await other.finishLogin({ loginToken, method: "totp", code: wrong });
  const admin = await adminClient(baseUrl);
  dataOf(await admin.resetUserFactors({ userId: user.id }));

  await server.stop();
  const events = server.events();
  await server.dispose();
  return events;
}
