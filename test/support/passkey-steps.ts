/** The steps of people with passkeys by the rules themselves, without HTTP. */
import { signup } from "../../src/domain/accounts.ts";
import { completePasskeyLogin, startPasskeyLogin } from "../../src/domain/passkey-logins.ts";
import { addPasskey, startPasskey } from "../../src/domain/passkeys.ts";
import {
  finishLogin,
  finishTokenLogin,
  type LoginPending,
} from "../../src/domain/pending-logins.ts";
import type { Dependencies } from "../../src/domain/ports/dependencies.ts";
import type { Occasion } from "../../src/domain/ports/events.ts";
import type { SessionWithUser } from "../../src/domain/ports/sessions.ts";
import type { SecondFactorProof } from "../../src/domain/prove-second-factor.ts";
import { login } from "../../src/domain/login.ts";
import {
  type Authenticator,
  type AuthenticatorOptions,
  createAuthenticator,
  type Twist,
} from "./authenticator.ts";
import { PASSWORD } from "./credentials.ts";
import { CLIENT, ISSUER, occasionAt, succeeded } from "./domain.ts";

/** An authenticator in front of a page of the domain's own origin. */
export function ownAuthenticator(
  options: Omit<AuthenticatorOptions, "origin"> = {},
): Authenticator {
  return createAuthenticator({ origin: ISSUER, ...options });
}

let made = 0;

/** Signs up, and in by cookie. */
export async function newOwner(deps: Dependencies): Promise<SessionWithUser> {
  const email = `owner-${(made += 1)}@example.com`;
  const asked = { email, password: PASSWORD, locale: null };
  const { user } = succeeded(await signup(deps, occasionAt(), asked));
  const attempt = { email, password: PASSWORD, client: CLIENT, device: undefined };
  const { session } = succeeded(await login(deps, occasionAt(), attempt, undefined));
  return { user, session };
}

/** Begins to add a passkey; throws where that is refused. */
export async function beginAddition(deps: Dependencies, owner: SessionWithUser, at = occasionAt()) {
  const begun = await startPasskey(deps, at, owner);
  if (typeof begun === "string") throw new Error(begun);
  return begun;
}

/** Adds the authenticator's passkey; throws where that is refused. */
export async function addPasskeyOf(
  deps: Dependencies,
  owner: SessionWithUser,
  authenticator: Authenticator,
  at = occasionAt(),
) {
  const { setupToken, options } = await beginAddition(deps, owner, at);
  const credential = authenticator.create(options);
  return succeeded(await addPasskey(deps, at, owner, { setupToken, credential }));
}

/** An account with one passkey, and its session. */
export async function newPasskeyOwner(
  deps: Dependencies,
  authenticator: Authenticator = ownAuthenticator(),
) {
  const owner = await newOwner(deps);
  const { passkey } = await addPasskeyOf(deps, owner, authenticator);
  return { owner, authenticator, passkey };
}

/** Signs in by the authenticator alone, with its lie if there is one. */
export async function signInByPasskey(
  deps: Dependencies,
  authenticator: Authenticator,
  twist: Twist = {},
  at: Occasion = occasionAt(),
  deviceSecrets: readonly string[] = [],
): Promise<LoginPending | "invalid_passkey"> {
  const { challengeToken, options } = await startPasskeyLogin(deps, at);
  const credential = authenticator.get(options, twist);
  return completePasskeyLogin(deps, at, { challengeToken, credential, deviceSecrets });
}

/** Finishes a half-login by cookie or by token, the way that `racer` takes. */
export async function finish(
  deps: Dependencies,
  loginToken: string,
  step: { readonly method: "none" } | SecondFactorProof,
  racer = 0,
  at: Occasion = occasionAt(),
) {
  const asked = { loginToken, step, client: CLIENT, deviceSecrets: [] };
  return racer % 4 < 2
    ? finishLogin(deps, at, asked, undefined)
    : finishTokenLogin(deps, at, asked);
}

/** Begins a login by password that a second factor has to finish. */
export async function beginByPassword(deps: Dependencies, email: string, at = occasionAt()) {
  const attempt = { email, password: PASSWORD, client: CLIENT, device: undefined };
  const outcome = await login(deps, at, attempt, undefined);
  if (!("kind" in outcome) || outcome.kind !== "pending") throw new Error("Expected a half-login");
  return outcome;
}
