/** Bearer mode: an access token in `Authorization`, and no cookie, ever. */
import type { Credential } from "./credential.ts";
import type { Schemas } from "./result.ts";

/** The tokens of one token session. */
export type TokenPair = Schemas["TokenPair"];

/** Where a client keeps its tokens. Implement it to keep them in a keychain or a database. */
export interface TokenStore {
  /** The tokens of the session, if there is one. */
  get(): TokenPair | undefined | Promise<TokenPair | undefined>;
  /** Replaces the tokens; `undefined` forgets them. */
  set(tokens: TokenPair | undefined): void | Promise<void>;
}

/** A token another part of the program looks after, or a function that finds it for each request. */
export type AccessToken = string | (() => string | undefined | Promise<string | undefined>);

/** Keeps tokens in memory, so they end with the process or the page. Starts with `initial`, if given. */
export function memoryTokens(initial?: TokenPair): TokenStore {
  let tokens = initial;
  return {
    get: () => tokens,
    set: (next) => {
      tokens = next;
    },
  };
}

/** Sends the store's access token, and keeps the pair of every answer that is one. */
export function storedTokenCredential(store: TokenStore): Credential {
  return {
    ...accessTokenCredential(async () => (await store.get())?.accessToken),
    async learn(_operationId, result) {
      if (result.ok && isTokenPair(result.data)) await store.set(result.data);
    },
  };
}

/** Sends the given access token; answers change nothing. */
export function accessTokenCredential(accessToken: AccessToken): Credential {
  return {
    mode: "omit",
    async attach(request, row) {
      if (!row.accepts.includes("bearer")) return;
      const token = typeof accessToken === "string" ? accessToken : await accessToken();
      if (token) request.headers.set("authorization", `Bearer ${checkedToken(token)}`);
    },
    keep: async () => {},
    learn: async () => {},
  };
}

/** RFC 6750 §2.1. Checked here because `Headers` quotes a value it refuses in its error message. */
const BEARER_TOKEN = /^[\w\-.~+/]+=*$/;

function checkedToken(token: string): string {
  if (!BEARER_TOKEN.test(token))
    throw new TypeError("The access token has characters no token has");
  return token;
}

function isTokenPair(data: unknown): data is TokenPair {
  return (
    typeof data === "object" &&
    data !== null &&
    "accessToken" in data &&
    typeof data.accessToken === "string" &&
    "refreshToken" in data &&
    typeof data.refreshToken === "string"
  );
}
