/** Clients of the SDK, as its users would make them. */
import {
  type Client,
  type CookieOptions,
  createClient,
  isPending,
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

/** The session or the tokens of a login that ended at once; throws where the account has a second factor to prove first. */
export function completeOf<D extends object>(loggedIn: D): Exclude<D, { loginToken: string }> {
  if (isComplete(loggedIn)) return loggedIn;
  throw new Error("Expected a login that is complete, got one that waits for its second factor");
}

function isComplete<D extends object>(data: D): data is Exclude<D, { loginToken: string }> {
  return !("loginToken" in data);
}

/** The half-login of an account with a second factor; throws for any other result of a login. */
export function pendingLoginOf<R extends { readonly ok: boolean }>(result: R): PendingOf<R> {
  if (isHalf(result)) return result.data;
  throw new Error(
    `Expected a login that waits for its second factor, got ${JSON.stringify(result)}`,
  );
}

type PendingOf<R> = R extends {
  readonly status: 202;
  readonly data: infer D extends { readonly loginToken: string };
}
  ? D
  : never;

function isHalf<R extends { readonly ok: boolean }>(
  result: R,
): result is R & { readonly data: PendingOf<R> } {
  return "status" in result && result.status === 202;
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
