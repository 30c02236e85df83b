/** Bearer mode: an access token in `Authorization`, and no cookie, ever. */
import { textIn } from "./answer.ts";
import type { OwnCredential } from "./credential.ts";
import { noAnswer } from "./deadline.ts";
import { operationTable } from "./generated/operations.ts";
import type { UntypedResult, UntypedSuccess } from "./result.ts";
import type { WebStorage } from "./web.ts";

/** The tokens of one token session, as a store keeps them. JSON can carry it; a `TokenPair` is one too. */
export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** By this machine's clock, in milliseconds since 1970. Without it a token is renewed once it is refused. */
  readonly accessExpiresAtMs?: number | undefined;
}

/** Where a client keeps its tokens. Implement it to keep them in a keychain or a database. */
export interface TokenStore {
  /** The tokens of the session, if there is one. */
  read(): Tokens | undefined | Promise<Tokens | undefined>;
  /** Replaces the tokens. */
  write(tokens: Tokens): void | Promise<void>;
  /** Forgets the tokens. */
  clear(): void | Promise<void>;
}

/** Fresh tokens; or the session is over; or it is not, but its tokens could not be renewed now. */
export type Refreshed =
  { readonly tokens: Tokens } | { readonly tokens: undefined; readonly failed?: UntypedResult };

/** Replaces an access token that is no longer good. Rejects only when the store does. */
export type Refresh = (staleAccessToken: string) => Promise<Refreshed>;

/** A token another part of the program looks after, or a function that finds it for each request. */
export type AccessToken = string | (() => string | undefined | Promise<string | undefined>);

/** Keeps tokens in memory, so they end with the process or the page. Starts with `initial`, if given. */
export function memoryTokens(initial?: Tokens): TokenStore {
  let tokens = initial;
  return {
    read: () => tokens,
    write: (next) => {
      tokens = next;
    },
    clear: () => {
      tokens = undefined;
    },
  };
}

/**
 * Keeps tokens in `localStorage` or `sessionStorage`, where every script of the page can read them:
 * in a page prefer cookies. What cannot be read there counts as no session.
 */
export function storageTokens(storage: WebStorage, key = "portcullis.tokens"): TokenStore {
  return {
    read() {
      try {
        const tokens: unknown = JSON.parse(storage.getItem(key) ?? "");
        return isTokens(tokens) ? tokens : undefined;
      } catch {
        return undefined;
      }
    },
    write: (tokens) => storage.setItem(key, JSON.stringify(tokens)),
    clear: () => storage.removeItem(key),
  };
}

/** A token this close to its end is renewed before it is used; access tokens live for 30 s at least. */
const EXPIRY_MARGIN_MS = 10_000;

/** Sends the store's access token, keeps the pair of every answer that is one, and renews what has expired. */
export function storedTokenCredential(store: TokenStore, refresh: Refresh): OwnCredential {
  return {
    signsInBy: "tokens",
    mode: "omit",
    async attach(request, row, deadline) {
      if (!row.accepts.includes("bearer")) return;
      let tokens = await store.read();
      if (tokens && (tokens.accessExpiresAtMs ?? Infinity) < Date.now() + EXPIRY_MARGIN_MS) {
        const refreshed = await deadline.before(refresh(tokens.accessToken));
        // Without a new one the old one is sent: the server's clock may be kinder.
        tokens = refreshed?.tokens ?? tokens;
      }
      setToken(request, tokens?.accessToken);
    },
    async learn(row, result, input) {
      const tokens = tokensOf(result);
      if (tokens) return store.write(tokens);
      if (row.learns !== "signedOut") return;
      const kept = await store.read();
      if (kept?.refreshToken === input["token"] || kept?.accessToken === input["token"])
        await store.clear();
    },
    async recover(request, result, deadline) {
      const [, used] = request.headers.get("authorization")?.split(" ") ?? [];
      // 401 `invalid_credentials` is about a password in the body, and no token helps it.
      if (!used || result.ok || result.status !== 401 || !isUnauthenticated(result.problem))
        return result;
      const refreshed = await deadline.before(refresh(used));
      if (!refreshed) return noAnswer(deadline, deadline.signal.reason, result.response);
      if (refreshed.tokens) return "repeat";
      if (!refreshed.failed) return result;
      const { response } = result;
      return { ok: false, status: 0, failure: "refresh_failed", error: refreshed.failed, response };
    },
    async signOut(call) {
      const kept = await store.read();
      if (!kept) return nothingToEnd();
      const result = await call(operationTable.tokenRevoke, { token: kept.refreshToken });
      // Also a successor that was written meanwhile: its session has just ended.
      if (result.ok) await store.clear();
      return result;
    },
  };
}

/** Sends the given access token; answers change nothing. */
export function accessTokenCredential(accessToken: AccessToken): OwnCredential {
  const find = () => (typeof accessToken === "string" ? accessToken : accessToken());
  return {
    signsInBy: "accessToken",
    mode: "omit",
    async attach(request, row) {
      if (row.accepts.includes("bearer")) setToken(request, await find());
    },
    async signOut(call) {
      const token = await find();
      return token ? call(operationTable.tokenRevoke, { token }) : nothingToEnd();
    },
  };
}

/** The server's answer for a token without a session. */
function nothingToEnd(): UntypedSuccess {
  const response = new Response(null, { status: 204 });
  return { ok: true, status: 204, data: undefined, requestId: "", response };
}

/** RFC 6750 §2.1. Checked here because `Headers` quotes a value it refuses in its error message. */
const BEARER_TOKEN = /^[\w\-.~+/]+=*$/;

function setToken({ headers }: Request, token: string | undefined): void {
  if (!token) return;
  if (!BEARER_TOKEN.test(token))
    throw new TypeError("The access token has characters no token has");
  headers.set("authorization", `Bearer ${token}`);
}

/** The tokens of a login or a refresh, with the time it lasts by this machine's clock. */
export function tokensOf(result: UntypedResult): Tokens | undefined {
  if (!result.ok || !isTokens(result.data)) return undefined;
  const { accessToken, refreshToken } = result.data;
  const { expiresInSeconds } = result.data as { expiresInSeconds?: unknown }; // any object may be asked for a property
  return {
    accessToken,
    refreshToken,
    ...(typeof expiresInSeconds === "number" && {
      accessExpiresAtMs: Date.now() + expiresInSeconds * 1000,
    }),
  };
}

function isTokens(data: unknown): data is Tokens {
  return textIn(data, "accessToken") !== undefined && textIn(data, "refreshToken") !== undefined;
}

function isUnauthenticated(problem: unknown): boolean {
  return textIn(problem, "code") === "unauthenticated";
}
