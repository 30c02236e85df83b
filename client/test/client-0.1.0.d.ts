/** The client of release 0.1.0, as far as a test uses it. */
import type { CookieJar, TokenStore } from "../src/index.ts";

interface Result {
  readonly ok: boolean;
  readonly status: number;
  readonly failure?: string;
  readonly data?: unknown;
  readonly problem?: { readonly code: string; readonly detail: string };
  readonly response?: Response;
}
interface Options {
  readonly baseUrl: string;
  readonly cookies?: CookieJar;
  readonly tokens?: TokenStore;
}

export function createClient(
  options: Options,
): Readonly<Record<"login" | "tokenLogin" | "logout" | "getMe" | "getTokenMe", Call>>;
type Call = (input?: Readonly<Record<string, string>>) => Promise<Result>;
