/** Makes the accounts and sessions that a contender is measured with, through its own API. */
import type { Contender } from "./contenders.ts";

const ACCOUNTS = 8;
/** Sessions of each kind: one for every connection of the load. */
export const SESSIONS = 32;

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

export interface Accounts {
  readonly credentials: readonly Credentials[];
  /** Values of the Cookie header, one per session. */
  readonly cookies: readonly string[];
  readonly accessTokens: readonly string[];
  /** Replaced by their successors after every load that rotates them. */
  refreshTokens: readonly string[];
}

/** Signs up, and logs in by cookie and by token where the contender has both. Throws if an answer is no 2xx. */
export async function makeAccounts({ name, api }: Contender, baseUrl: string): Promise<Accounts> {
  const run = process.pid.toString(36) + performance.timeOrigin.toString(36).replace(".", "");
  const credentials = Array.from({ length: ACCOUNTS }, (_, index) => ({
    // Two contenders may share a database, so the name is part of the address.
    email: `${name}-${run}-${index}@example.com`,
    password: `harbour lantern ${run} ${index}`,
  }));
  const none = { credentials, cookies: [], accessTokens: [], refreshTokens: [] };
  const post = createPost(api);
  if (api.signup === undefined || api.login === undefined) return none;
  const signupUrl = baseUrl + api.signup;
  const loginUrl = baseUrl + api.login;
  await inTurn(credentials, (each) => post(signupUrl, { ...api.signupFields, ...each }));

  const owners = Array.from({ length: SESSIONS }, (_, index) => at(credentials, index));
  const logins = await inTurn(owners, (owner) => post(loginUrl, owner));
  const cookies = logins.map(({ headers }) => cookieHeader(headers));
  if (api.tokenLogin === undefined) return { ...none, cookies };

  const tokenUrl = baseUrl + api.tokenLogin;
  const answers = await inTurn(owners, (owner) => post(tokenUrl, owner));
  // The shape of the contract, which the peers follow. A missing token shows when it is used.
  const pairs = answers.map(({ body }) => body as { accessToken: string; refreshToken?: string });
  return {
    credentials,
    cookies,
    accessTokens: pairs.map(({ accessToken }) => accessToken),
    refreshTokens: pairs.flatMap(({ refreshToken }) => refreshToken ?? []),
  };
}

/** Works on two items at a time, as many as a small machine hashes at once. */
async function inTurn<T, U>(items: readonly T[], work: (item: T) => Promise<U>): Promise<U[]> {
  const done: U[] = [];
  for (let start = 0; start < items.length; start += 2)
    done.push(...(await Promise.all(items.slice(start, start + 2).map(work))));
  return done;
}

/** Headers the contender wants on a POST. The login storm sends them too. */
export function postHeaders({ origin }: Contender["api"]): Record<string, string> {
  return { "content-type": "application/json", ...(origin !== undefined && { origin }) };
}

function createPost(api: Contender["api"]) {
  return async (url: string, input: object) => {
    const init = { method: "POST", headers: postHeaders(api), body: JSON.stringify(input) };
    const response = await fetch(url, init);
    const body: unknown = await response.json();
    if (response.ok) return { headers: response.headers, body };
    throw new Error(`POST ${url} answered ${response.status}: ${JSON.stringify(body)}`);
  };
}

/** Value of the Cookie header that a browser would send after these headers. */
function cookieHeader(headers: Headers): string {
  return headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0] ?? "")
    .join("; ");
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index % items.length];
  if (item === undefined) throw new Error("There is nothing to choose from");
  return item;
}
