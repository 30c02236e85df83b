/** Somebody's program that is compiled without the DOM library, and hands on what may be undefined. */
import { CallError, type Client, createClient, memoryTokens, unwrap } from "@portcullis/client";
import { parseLine } from "@portcullis/client/events";
import { cookieJar } from "@portcullis/client/node";
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
