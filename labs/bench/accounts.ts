/** The accounts and sessions a contender is measured with, made through its own API. */
import type { Contender } from "./contenders.ts";

const ACCOUNTS = 8;
/** One session of each kind for every connection of the load. */
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
  /** Replaced by the next ones whenever they have been exchanged. */
  refreshTokens: readonly string[];
}

/** Signs up, and logs in by every way the contender has. Throws where an answer is not good. */
export async function makeAccounts({ name, api }: Contender, baseUrl: string): Promise<Accounts> {
  const run = process.pid.toString(36) + performance.timeOrigin.toString(36).replace(".", "");
  const credentials = Array.from({ length: ACCOUNTS }, (_, index) => ({
    // Contenders may share a database.
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
  // As the contract has it, and the peers do likewise; what is missing is refused when it is used.
  const pairs = answers.map(({ body }) => body as { accessToken: string; refreshToken?: string }); // see above
  return {
    credentials,
    cookies,
    accessTokens: pairs.map(({ accessToken }) => accessToken),
    refreshTokens: pairs.flatMap(({ refreshToken }) => refreshToken ?? []),
  };
}

/** Two at a time: as many as hash at once on a small machine. */
async function inTurn<T, U>(items: readonly T[], work: (item: T) => Promise<U>): Promise<U[]> {
  const done: U[] = [];
  for (let start = 0; start < items.length; start += 2)
    done.push(...(await Promise.all(items.slice(start, start + 2).map(work))));
  return done;
}

/** How the contender takes a POST, from here and from the login storm. */
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

/** What a browser would send back. */
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
