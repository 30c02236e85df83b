/** For those who want exceptions: the data of a result, or a throw. */
import type { OperationId } from "./input.ts";
import type { NoPasskey } from "./passkeys/no-passkey.ts";
import type { NoReturn } from "./providers/no-return.ts";
import type { NoAnswer, Result, UntypedSuccess } from "./result.ts";

/** Outcomes of the browser, of `@portcullis/client/passkeys` and `@portcullis/client/providers`. */
type NoOutcome = NoPasskey | NoReturn;
/** Any result of any operation, or of several with a browser between them. */
type AnyResult =
  { readonly [K in OperationId]: Result<K> }[OperationId] | UntypedSuccess | NoOutcome;
type FailedResult = Exclude<AnyResult, { readonly ok: true }>;
type Failed = Exclude<FailedResult, NoAnswer | NoOutcome>;

/** A call that failed, as `unwrap` throws it. */
export class CallError extends Error {
  override readonly name = "CallError";
  /** The HTTP status, or 0 where no usable answer came. */
  readonly status: FailedResult["status"];
  /** The problem document; undefined where `status` is 0. `problem.code` tells one from another. */
  readonly problem: Failed["problem"] | undefined;
  /** The result as the call gave it. */
  readonly result: FailedResult;

  constructor(result: FailedResult) {
    super(
      result.status === 0
        ? sentenceOf(result)
        : `${result.problem.detail} (${result.problem.code}, request ${result.requestId})`,
      result.status === 0 ? { cause: result.error } : undefined,
    );
    this.result = result;
    this.status = result.status;
    this.problem = result.status === 0 ? undefined : result.problem;
  }
}

function sentenceOf(result: NoAnswer | NoOutcome): string {
  return "detail" in result ? result.detail : `No usable answer: ${result.failure}`;
}

/** Answers the data of a success: `unwrap(await api.getMe())`. Throws a `CallError` for anything else. */
export function unwrap<R extends AnyResult>(result: R): DataOf<R> {
  if (!result.ok) throw new CallError(result);
  return result.data as DataOf<R>; // the proven edge: a success is all that is left of R
}

type DataOf<R> = R extends { readonly ok: true; readonly data: infer Data } ? Data : never;
