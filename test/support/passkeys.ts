/** A person with a passkey, on a server: each step as a page of the server would take it. */
import {
  type Authenticator,
  createAuthenticator,
  type AuthenticatorOptions,
} from "./authenticator.ts";
import { dataOf, type TestClient } from "./clients.ts";
import { addPasskeyOver } from "./second-factors.ts";

/** An authenticator in front of the pages of a server in development, which are on `localhost`. */
export function authenticatorOn(
  baseUrl: string,
  options: Omit<AuthenticatorOptions, "origin"> = {},
): Authenticator {
  const { port } = new URL(baseUrl);
  return createAuthenticator({ origin: `http://localhost:${port}`, ...options });
}

/** Adds the authenticator's passkey to the account that is signed in, and recently so. */
export async function addPasskeyTo(api: TestClient, authenticator: Authenticator, name?: string) {
  return dataOf((await addPasskeyOver(api, authenticator, name)).added);
}

/** Signs in by the passkey alone, and answers the half-login. */
export async function beginByPasskey(api: TestClient, authenticator: Authenticator) {
  const { challengeToken, options } = dataOf(await api.startPasskeyLogin());
  const credential = authenticator.get(options);
  return dataOf(await api.completePasskeyLogin({ challengeToken, credential }));
}
