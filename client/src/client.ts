import { operationTable, type OperationSummaries } from "./generated/operations.ts";
import type { Input, Mode, ModeOf, OperationId, OperationRow } from "./input.ts";
import {
  type FinishedSignIn,
  finishSignIn,
  type LoginPending,
  type SecondStep,
  type SigningMode,
} from "./login-pending.ts";
import { type MailProof, type MailSignIn, signInByMail } from "./mail-sign-in.ts";
import type {
  AccessTokenOptions,
  CallOptions,
  ClientOptions,
  CookieOptions,
  TokenOptions,
} from "./options.ts";
import { eachItem, type Paged, type PagedOperationId } from "./pages.ts";
import type { Result } from "./result.ts";
import { makeWatchable } from "./results.ts";
import { createTransport } from "./transport.ts";

/**
 * One function per operation that fits the way of signing in, named by its operationId, and `signOut`.
 * `Client<Mode>` is what every client has, whatever its mode.
 */
export type Client<M extends Mode = "cookies"> = {
  // The keys of an interface with comments, so that an editor shows the summary of an operation.
  readonly [K in keyof OperationSummaries as [M] extends [ModeOf<K>] ? K : never]: Operation<K>;
} & {
  /**
   * Signs out: ends the client's session on the server, and forgets it here. With cookies it is `logout`, with tokens
   * `tokenRevoke` of the token that is kept. Where none is kept it answers 204 without asking. Not `ok`: still signed in.
   */
  readonly signOut: (options?: CallOptions) => Promise<SignOutResult<M>>;
} & ([M] extends [SigningMode] ? SignsIn<M> : unknown);

interface SignsIn<M extends SigningMode> {
  /**
   * Signs in by the code or the link of the mail that `startMailLogin` sent: `completeMailLogin`, then `finishLogin` or
   * `finishTokenLogin`. Where the account asks for a second factor, `data` is the `LoginPending`. Where only the last call
   * fails, the failure has what is `pending`. `options` hold for each of the two calls.
   */
  readonly signInByMail: (proof: MailProof<M>, options?: CallOptions) => Promise<MailSignIn<M>>;
  /**
   * Takes the second step of a sign-in that is pending, by `finishLogin` or `finishTokenLogin`. `step` is one of its
   * `secondFactors`, and may be left out where there are none.
   */
  readonly finishSignIn: (
    pending: Pick<LoginPending, "loginToken">,
    step?: SecondStep,
    options?: CallOptions,
  ) => Promise<FinishedSignIn<M>>;
}

type AnyClient = { readonly [M in Mode]: Client<M> }[Mode];

type SignOutResult<M extends Mode> = M extends "cookies" ? Result<"logout"> : Result<"tokenRevoke">;

/** The function of an operation; with `each`, if the operation answers pages. */
export type Operation<K extends OperationId> = ((...args: Arguments<K>) => Promise<Result<K>>) &
  (K extends PagedOperationId ? Paged<K> : unknown);

/** The input may be left out where nothing in it is required. */
export type Arguments<K extends OperationId> =
  Record<never, never> extends Input<K>
    ? [input?: Input<K>, options?: CallOptions]
    : [input: Input<K>, options?: CallOptions];

type Fields = Readonly<Record<string, unknown>>;

/**
 * Makes a client for one server and one session. Throws a TypeError if `baseUrl` is missing or not an HTTP URL.
 * Its functions answer every outcome as a value; they reject only for a mistake in the call itself, or when a cookie
 * jar, token store or token function you gave does.
 */
export function createClient(options: CookieOptions): Client<"cookies">;
/** Makes a client that signs in with tokens in a store: `tokenLogin`. */
export function createClient(options: TokenOptions): Client<"tokens">;
/** Makes a client that sends a token from elsewhere. */
export function createClient(options: AccessTokenOptions): Client<"accessToken">;
/** Makes a client whose way of signing in is known once it runs. It has what fits all of them. */
export function createClient(options: ClientOptions): Client<Mode>;
export function createClient(options: ClientOptions): AnyClient {
  const { call, signsInBy, signOut, ...watchable } = createTransport(options);
  const rows: Readonly<Record<string, OperationRow>> = operationTable;
  const functions = Object.entries(rows).map(([operationId, row]): [string, unknown] => {
    const operation = async (input: Fields = {}, options: CallOptions = {}) => {
      assertFits(operationId, row.modes);
      return call(row, input, options);
    };
    const each = (input: Fields = {}, options: CallOptions = {}) =>
      eachItem((page) => operation(page, options), input);
    return [
      operationId,
      row.query.includes("cursor") ? Object.assign(operation, { each }) : operation,
    ];
  });
  const client = {
    ...Object.fromEntries(functions),
    signOut: (options: CallOptions = {}) => signOut(options),
    async signInByMail(proof: Fields, options: CallOptions = {}) {
      assertFits("signInByMail", ["cookies", "tokens"]);
      return signInByMail((row, input) => call(row, input, options), signsInBy, proof);
    },
    async finishSignIn(
      pending: Pick<LoginPending, "loginToken">,
      step?: Fields,
      options: CallOptions = {},
    ) {
      assertFits("finishSignIn", ["cookies", "tokens"]);
      return finishSignIn((row, input) => call(row, input, options), signsInBy, pending, step);
    },
  };
  // The proven edge: a function for each row of the table, and `readAnswer` lets nothing through that the document does not have.
  return makeWatchable(client, watchable) as AnyClient;

  /** Not to be answered by the server: it would say 204 to the logout of a session that it was not shown. */
  function assertFits(name: string, modes: readonly Mode[] = [signsInBy]): void {
    if (!modes.includes(signsInBy))
      throw new TypeError(
        `${name} is not for a client that signs in by ${signsInBy}, but by ${modes.join(" or ")}`,
      );
  }
}
