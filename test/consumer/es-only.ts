/** Somebody's program that is compiled without the DOM library, and hands on what may be undefined. */
import {
  CallError,
  type Client,
  createClient,
  type Input,
  isPending,
  memoryTokens,
  type Schemas,
  unwrap,
} from "@portcullis/client";
import { parseLine } from "@portcullis/client/events";
import { cookieJar } from "@portcullis/client/node";
import { signInWithPasskey } from "@portcullis/client/passkeys";
import { completeProviderLogin, startProviderLogin } from "@portcullis/client/providers";
import { forward, type ParsedCookie, parseSetCookie, sessionFrom } from "@portcullis/client/server";
import { createSession } from "@portcullis/client/session";
import { createFakeServer } from "@portcullis/client/testing";
import { createVerifier, readBearer } from "@portcullis/client/verify";

interface Filter {
  readonly role: "user" | "admin" | undefined;
  readonly limit: number | undefined;
}

export async function countUsers(api: Client, filter: Filter): Promise<number> {
  const page = unwrap(await api.listUsers({ ...filter, cursor: undefined }));
  return page.items.length;
}

export async function requestIdOf(email: string, password: string): Promise<string | null> {
  const { fetch } = createFakeServer();
  const api = createClient({ baseUrl: "http://localhost", fetch, tokens: memoryTokens() });
  const result = await api.signup({ email, password }, { signal: undefined, timeoutMs: undefined });
  if (result.status === 0) return result.response?.headers.get("x-request-id") ?? null;
  return result.response.headers.get("x-request-id");
}

export async function accountOf(email: string, password: string): Promise<Schemas["User"]> {
  const fake = createFakeServer({ signup: "verified", mailLogin: true, now: undefined });
  const api = createClient({
    baseUrl: "http://localhost",
    fetch: fake.fetch,
    tokens: memoryTokens(),
  });
  const begun = await api.signup({ email, password, locale: undefined });
  if (begun.status === 201) return begun.data;
  if (begun.status !== 202) throw new Error(begun.problem?.detail ?? begun.failure);
  const { challengeToken } = begun.data;
  const { code }: { readonly code: string } = fake.mail(email, "signup_confirm");
  const proof: Input<"confirmSignup"> = { challengeToken, code, token: undefined };
  return unwrap(await api.confirmSignup(proof));
}

export async function enter(api: Client<"tokens">, challengeToken: string, code: string) {
  const login = await api.signInByMail({ challengeToken, code }, { signal: undefined });
  if (!login.ok) return login.problem?.code ?? login.failure;
  return isPending(login.data) ? login.data.secondFactors : login.data.accessToken;
}

export async function enterByPasskey(api: Client, signal: undefined) {
  const login = await signInWithPasskey(api, { autofill: true, signal });
  if (!login.ok) return login.problem?.detail ?? login.detail ?? login.failure;
  return isPending(login.data) ? login.data.secondFactors : login.data.user.email;
}

export async function enterByProvider(api: Client, provider: string, signal: undefined) {
  const back = await completeProviderLogin(api, { signal });
  const login = back ?? (await startProviderLogin(api, { provider, popup: true, signal }));
  if (!login.ok) return login.problem?.detail ?? login.detail ?? login.failure;
  return isPending(login.data) ? login.data.secondFactors : unwrap(login);
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof CallError ? error.problem?.code : undefined;
}

export const browser: Client<"cookies"> = createClient({
  baseUrl: "http://localhost",
  cookies: cookieJar(),
  timeoutMs: undefined,
  retry: undefined,
});
export const verifier = createVerifier({ issuer: "https://auth.example.com", audience: undefined });
export const isGood = async () => (await verifier.verify(readBearer(null))).ok;
export const { kind } = parseLine("{}");

export async function visit(headers: Record<string, string | string[] | undefined>) {
  const options = { baseUrl: "http://localhost", address: undefined, origin: undefined };
  const { setCookies } = forward({ headers, method: undefined }, options);
  const cookies: ParsedCookie[] = setCookies.map(parseSetCookie);
  return { cookies, state: await sessionFrom(headers, options) };
}

export const follow = (listener: () => void) => createSession(browser).subscribe(listener);
