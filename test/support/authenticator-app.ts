/** An authenticator app, by an implementation that is not ours. */
import { Secret, TOTP } from "otpauth";
import { dataOf, type TestClient } from "./clients.ts";

const STEP_MS = 30_000;

/** The code that the app shows after so many steps. A server takes one step ahead too, and each step once (MF-02). */
export function shownCode(secret: string, stepsAhead = 0): string {
  const app = new TOTP({ secret: Secret.fromBase32(secret) });
  return app.generate({ timestamp: Date.now() + stepsAhead * STEP_MS });
}

/** Adds an app to the account that is signed in; answers its secret, in base32, and the recovery codes. */
export async function addApp(api: Pick<TestClient, "startTotp" | "confirmTotp">) {
  const { setupToken, secret } = dataOf(await api.startTotp());
  const { codes } = dataOf(await api.confirmTotp({ setupToken, code: shownCode(secret) }));
  return { secret, codes };
}
