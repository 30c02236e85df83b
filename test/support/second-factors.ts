/** Authenticator apps, by an implementation that is not ours, passkeys, and accounts that have one. */
import { Secret, TOTP } from "otpauth";
import { confirmTotp, startTotp } from "../../src/domain/second-factors.ts";
import type { AskingOwner } from "../../src/domain/accounts.ts";
import type { Dependencies } from "../../src/domain/ports/dependencies.ts";
import { newId } from "../../src/platform/ids.ts";
import { type Authenticator, createAuthenticator } from "./authenticator.ts";
import { dataOf, type TestClient } from "./clients.ts";
import { NOW } from "./clock.ts";

/** The period of an app. Milliseconds. */
export const STEP_MS = 30_000;

/** An app that knows a secret. */
export interface App {
  /** The six digits that it shows at an instant. */
  codeAt(now?: number): string;
  /** Six digits that it shows neither then, nor in the step before or after. */
  wrongAt(now?: number): string;
}

/** The app that was told the secret, in base32. */
export function appOf(secret: string): App {
  const totp = new TOTP({ secret: Secret.fromBase32(secret) });
  const codeAt = (now = NOW) => totp.generate({ timestamp: now });
  return {
    codeAt,
    wrongAt(now = NOW) {
      const shown = [now - STEP_MS, now, now + STEP_MS].map(codeAt);
      const wrong = ["000000", "000001", "000002", "000003"].find((code) => !shown.includes(code));
      return wrong ?? "";
    },
  };
}

export interface AddedTotp {
  readonly app: App;
  /** Empty where the account had codes already. */
  readonly recoveryCodes: readonly string[];
}

/** Adds an app to the account of somebody who is signed in, a minute ago: its codes of now are all good. */
export async function addTotp(
  deps: Dependencies,
  owner: Pick<AskingOwner, "user" | "session" | "device">,
  now = NOW - 2 * STEP_MS,
): Promise<AddedTotp> {
  // Not of `domain.ts`: scripts that have no test runner use this file too.
  const occasion = { requestId: newId(now), ip: "203.0.113.7", now };
  const setup = await startTotp(deps, occasion, owner);
  if (setup === "factor_exists") throw new Error("The account has an app already");
  const app = appOf(setup.secret);
  const { setupToken } = setup;
  const confirmed = await confirmTotp(deps, occasion, owner, { setupToken, code: app.codeAt(now) });
  if ("failure" in confirmed) throw new Error(`No app was added: ${confirmed.failure}`);
  return { app, recoveryCodes: confirmed.codes };
}

/** Adds an app over HTTP, by its code of half a minute ago: those of now and of the next step are good. */
export async function addTotpOver(
  api: Pick<TestClient, "startTotp" | "confirmTotp">,
): Promise<AddedTotp> {
  const { setupToken, secret } = dataOf(await api.startTotp());
  const app = appOf(secret);
  const confirm = () => api.confirmTotp({ setupToken, code: app.codeAt(Date.now() - STEP_MS) });
  const first = await confirm();
  // A step may have ended on the way; the code is then one of a minute ago.
  const { codes } = dataOf(first.ok ? first : await confirm());
  return { app, recoveryCodes: codes };
}

/** The origin on which the passkeys of tests are made; their servers have it in `passkeySettings`. */
const PASSKEY_ORIGIN = "http://localhost:3000";
export const passkeySettings = {
  WEBAUTHN_RP_ID: "localhost",
  WEBAUTHN_ORIGINS: PASSKEY_ORIGIN,
} as const;

/** An authenticator that a server with `passkeySettings` believes. */
export function aPasskey(): Authenticator {
  return createAuthenticator({ origin: PASSKEY_ORIGIN });
}

/** Adds a passkey over HTTP. `added` is the answer, which may be a refusal. */
export async function addPasskeyOver(
  api: Pick<TestClient, "startPasskey" | "addPasskey">,
  authenticator = aPasskey(),
  name?: string,
) {
  const { setupToken, options } = dataOf(await api.startPasskey());
  const credential = authenticator.create(options);
  return { authenticator, added: await api.addPasskey({ setupToken, credential, name }) };
}
