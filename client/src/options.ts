import type { CookieJar } from "./cookies.ts";
import type { SignedOut } from "./refresh.ts";
import type { ResultEvent } from "./results.ts";
import type { Retry } from "./retry.ts";
import type { AccessToken, TokenStore } from "./tokens.ts";
import type { WebAbortSignal, WebRequest, WebResponse } from "./web.ts";

interface CommonOptions {
  /** Where the server is: `https://auth.example.com`, with a path if it lives under one. In a browser also relative. */
  readonly baseUrl: string;
  /** Sends the requests. Default: the global `fetch`. */
  readonly fetch?: ((request: WebRequest) => Promise<WebResponse>) | undefined;
  /** Milliseconds a call may take, body and repetitions included. Default 30 000; `Infinity` for no limit. */
  readonly timeoutMs?: number | undefined;
  /** Retries a 429 or 503 after its `Retry-After`. Default: GET is, twice, after 10 s at the most. */
  readonly retry?: Retry | undefined;
  /**
   * Told what each call came to, and each page of a list, before the caller is: for a log, or a state of one's own.
   * Repetitions, and the refresh of a token on the way, are part of their call. What it throws goes to the console.
   */
  readonly onResult?: ((event: ResultEvent) => void) | undefined;
}

/** Cookie mode: the browser's cookies, or a jar where there is no browser. */
export interface CookieOptions extends CommonOptions {
  /** Holds the cookies of one session: `cookieJar()` of `@portcullis/client/node`. Leave it out in browsers. */
  readonly cookies?: CookieJar | undefined;
  /** Requests that the browser adds its cookies to. Default `include`: also to a server on another origin. */
  readonly credentials?: "include" | "same-origin" | undefined;
  readonly tokens?: undefined;
  readonly onSignedOut?: undefined;
  readonly accessToken?: undefined;
}

/** Bearer mode with a session of its own: `tokenLogin` fills the store, calls use it and renew what is in it. */
export interface TokenOptions extends CommonOptions {
  /** Holds the tokens of one session: `memoryTokens()`, or your own. */
  readonly tokens: TokenStore;
  /**
   * Told when the server refused the refresh token: the session is over and the store has been
   * cleared. Not told of a sign-out you asked for, or of a refresh that merely failed.
   */
  readonly onSignedOut?: ((event: SignedOut) => void) | undefined;
  readonly accessToken?: undefined;
  readonly cookies?: undefined;
  readonly credentials?: undefined;
}

/** Bearer mode with a token from elsewhere. */
export interface AccessTokenOptions extends CommonOptions {
  /** The token, or what finds it for each request. */
  readonly accessToken: AccessToken;
  readonly tokens?: undefined;
  readonly onSignedOut?: undefined;
  readonly cookies?: undefined;
  readonly credentials?: undefined;
}

/** How to make a client: cookie mode unless `tokens` or `accessToken` is given. */
export type ClientOptions = CookieOptions | TokenOptions | AccessTokenOptions;

/** Options of one call. */
export interface CallOptions {
  /** Gives the call up: its result is then `failure: "aborted"`. */
  readonly signal?: WebAbortSignal | undefined;
  /** Milliseconds, in place of the client's. */
  readonly timeoutMs?: number | undefined;
  /** In place of the client's. */
  readonly retry?: Retry | undefined;
  /**
   * More headers. With an `authorization` or a `cookie` among them the client adds no credential of
   * its own to this call, and keeps none from its answer.
   */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}
