/** The typed client of a Portcullis server, for browsers and every runtime with `fetch`. */
export { createClient, type Arguments, type Client } from "./client.ts";
export type { CookieJar } from "./cookies.ts";
export type { Input, OperationId } from "./input.ts";
export type {
  AccessTokenOptions,
  CallOptions,
  ClientOptions,
  CookieOptions,
  TokenOptions,
} from "./options.ts";
export type { Failure, NoAnswer, Result, Schemas, Success } from "./result.ts";
export { memoryTokens, type AccessToken, type TokenPair, type TokenStore } from "./tokens.ts";
