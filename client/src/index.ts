/** The typed client of a Portcullis server, for browsers and every runtime with `fetch`. */
export { createClient, type Arguments, type Client, type Operation } from "./client.ts";
export type { CookieJar } from "./cookies.ts";
export type { Input, Mode, ModeOf, OperationId } from "./input.ts";
export {
  isPending,
  type FinishedSignIn,
  type LoginPending,
  type SecondStep,
  type SignIn,
  type SigningMode,
} from "./login-pending.ts";
export type { MailProof, MailSignIn } from "./mail-sign-in.ts";
export type {
  AccessTokenOptions,
  CallOptions,
  ClientOptions,
  CookieOptions,
  TokenOptions,
} from "./options.ts";
export {
  PageError,
  type FailedPage,
  type Item,
  type Paged,
  type PagedOperationId,
} from "./pages.ts";
export type { SignedOut } from "./refresh.ts";
export type { ResultEvent } from "./results.ts";
export type { Failure, NoAnswer, Result, Schemas, Success } from "./result.ts";
export type { Retry, RetryOptions } from "./retry.ts";
export {
  memoryTokens,
  storageTokens,
  type AccessToken,
  type Tokens,
  type TokenStore,
} from "./tokens.ts";
export { CallError, unwrap } from "./unwrap.ts";
