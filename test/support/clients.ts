/** Clients of the SDK, as its users would make them. */
import {
  type Client,
  type CookieOptions,
  createClient,
  isPending,
  type LoginPending,
  memoryTokens,
} from "@portcullis/client";
import { cookieJar } from "@portcullis/client/node";
import { ADMIN, PASSWORD } from "./credentials.ts";

/** A cookie client that can also be asked for tokens, by a client beside it that keeps none of them. */
export type TestClient = Client<"cookies"> &
  Pick<
    Client<"tokens">,
    "tokenLogin" | "finishTokenLogin" | "tokenRefresh" | "tokenRevoke" | "getTokenMe"
  >;

/** A browser-like client: cookies in a jar of its own. */
export function cookieClient(
  baseUrl: string,
  options: Pick<CookieOptions, "fetch" | "cookies"> = {},
): TestClient {
  const { tokenLogin, finishTokenLogin, tokenRefresh, tokenRevoke, getTokenMe } = createClient({
    baseUrl,
    fetch: options.fetch,
    tokens: { read: () => undefined, write: () => undefined, clear: () => undefined },
  });
  const api = createClient({ baseUrl, cookies: cookieJar(), ...options });
  return { ...api, tokenLogin, finishTokenLogin, tokenRefresh, tokenRevoke, getTokenMe };
}

/** A program-like client: tokens in memory. */
export function tokenClient(baseUrl: string): Client<"tokens"> {
  return createClient({ baseUrl, tokens: memoryTokens() });
}

/** A browser-like client, signed in as the administrator whom every server begins with. */
export async function adminClient(baseUrl: string): Promise<TestClient> {
  const api = cookieClient(baseUrl);
  dataOf(await api.login(ADMIN));
  return api;
}

/**
 * The data of a result that succeeded; throws for any other, and says with what it failed. A login that waits for its
 * second factor (202) has none.
 */
export function dataOf<R extends { readonly ok: boolean }>(result: R): DataOf<R> {
  const { status, problem, failure } = result as Partial<Record<string, unknown>>;
  if (!hasData(result))
    throw new Error(`Expected success, got ${JSON.stringify(problem ?? failure)}`);
  if (status === 202 && isPending(result.data))
    throw new Error(`Expected a session, got a login that waits for ${result.data.secondFactors}`);
  return result.data;
}

type DataOf<R> = R extends { readonly status: 202; readonly data: { readonly loginToken: string } }
  ? never
  : R extends { readonly ok: true; readonly data: infer D }
    ? D
    : never;

function hasData<R extends { readonly ok: boolean }>(
  result: R,
): result is R & { readonly ok: true; readonly data: DataOf<R> } {
  return result.ok;
}

/** The account that a signup made at once; throws where it is to be confirmed first (`SIGNUP=verified`). */
export function accountOf<D extends object>(signedUp: D): Exclude<D, { challengeToken: string }> {
  if (isAccount(signedUp)) return signedUp;
  throw new Error("Expected an account, got a signup that waits for its proof");
}

function isAccount<D extends object>(data: D): data is Exclude<D, { challengeToken: string }> {
  return !("challengeToken" in data);
}

/** The challenge that a signup began (`SIGNUP=verified`); throws where it made the account at once. */
export function pendingSignupOf<D extends object>(
  signedUp: D,
): Extract<D, { challengeToken: string }> {
  if (!isAccount(signedUp)) return signedUp as Extract<D, { challengeToken: string }>; // the other one
  throw new Error("Expected a signup that waits for its proof, got an account");
}

/** The half-login of an account with a second factor; throws where the login failed, or ended at once. */
export function pendingOf(loggedIn: {
  readonly ok: boolean;
  readonly data?: unknown;
}): LoginPending {
  if (loggedIn.ok && isPending(loggedIn.data)) return loggedIn.data;
  throw new Error("Expected a login that waits for its second factor");
}

let made = 0;

/** An address that no account of this run has. */
export function freshEmail(): string {
  made += 1;
  return `person-${made}-${process.pid}@example.com`;
}

/** Signs up and logs in by cookie; answers the client, the account and its address. */
export async function signedInClient(baseUrl: string) {
  const api = cookieClient(baseUrl);
  const email = freshEmail();
  const user = accountOf(dataOf(await api.signup({ email, password: PASSWORD })));
  dataOf(await api.login({ email, password: PASSWORD }));
  return { api, user, email };
}
