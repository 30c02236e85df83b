/** Clients of the SDK, as its users would make them. */
import { type Client, createClient, memoryTokens } from "@portcullis/client";
import { cookieJar } from "@portcullis/client/node";

export const password = "correct horse battery staple";

/** A browser-like client: cookies in a jar of its own. */
export function cookieClient(baseUrl: string): Client {
  return createClient({ baseUrl, cookies: cookieJar() });
}

/** A program-like client: tokens in memory. */
export function tokenClient(baseUrl: string): Client {
  return createClient({ baseUrl, tokens: memoryTokens() });
}

/** What a result holds if it succeeded; otherwise the test ends here, and says with what. */
export function dataOf<R extends { readonly ok: boolean }>(result: R): DataOf<R> {
  if (hasData(result)) return result.data;
  const { problem, failure } = result as { problem?: unknown; failure?: unknown };
  throw new Error(`Expected success, got ${JSON.stringify(problem ?? failure)}`);
}

type DataOf<R> = R extends { readonly ok: true; readonly data: infer D } ? D : never;

function hasData<R extends { readonly ok: boolean }>(
  result: R,
): result is R & { readonly ok: true; readonly data: DataOf<R> } {
  return result.ok;
}

let made = 0;

/** An address nobody has used in this run. */
export function freshEmail(): string {
  made += 1;
  return `person-${made}-${process.pid}@example.com`;
}

/** Signs up and logs in; answers the client, the account and its address. */
export async function signedInClient(baseUrl: string) {
  const api = cookieClient(baseUrl);
  const email = freshEmail();
  const user = dataOf(await api.signup({ email, password }));
  dataOf(await api.login({ email, password }));
  return { api, user, email };
}
