/** Lists as one sequence: the pages of an operation, asked for as they are needed. */
import type { Input, OperationId } from "./input.ts";
import type { CallOptions } from "./options.ts";
import type { Result, UntypedResult } from "./result.ts";

type DataOf<K extends OperationId> = Extract<Result<K>, { ok: true }>["data"];

/** The items of an operation's pages; `never` for an operation that has none. */
export type Item<K extends OperationId> =
  DataOf<K> extends { items: readonly (infer I)[]; nextCursor: string | null } ? I : never;

/** The operations that answer `{ items, nextCursor }`. */
export type PagedOperationId = {
  [K in OperationId]: [Item<K>] extends [never] ? never : K;
}[OperationId];

/** Everything a page can come to but a page. */
export type FailedPage = {
  [K in PagedOperationId]: Exclude<Result<K>, { ok: true }>;
}[PagedOperationId];

/** Members of a paged operation, besides its own call. */
export interface Paged<K extends PagedOperationId> {
  /**
   * The items of all pages, from `cursor` on if there is one; the next page is asked for when the
   * one before is used up, so `break` asks for no more. `options` hold for each page. A page that
   * fails throws a `PageError`: a loop has no other way to tell it from the end of the list.
   */
  readonly each: (input?: Input<K>, options?: CallOptions) => AsyncGenerator<Item<K>, void, void>;
}

/** A page did not come. Everything before it has been handed out. */
export class PageError extends Error {
  override readonly name = "PageError";
  /** The result that was no page, as the operation's own call would have answered it. */
  readonly result: FailedPage;
  /** Give it to `each` to go on where it stopped; undefined: from the start. */
  readonly cursor: string | undefined;

  constructor(result: FailedPage, cursor: string | undefined) {
    super(`A page did not come: ${result.status === 0 ? result.failure : result.problem.code}`);
    this.result = result;
    this.cursor = cursor;
  }
}

type Fields = Readonly<Record<string, unknown>>;

/** Calls for page after page. */
export async function* eachItem(
  call: (input: Fields) => Promise<UntypedResult>,
  input: Fields,
): AsyncGenerator<unknown, void, void> {
  let { cursor } = input;
  do {
    const result = await call({ ...input, cursor });
    // The proven edges: only operations with a cursor come here, and `readAnswer` lets nothing else through.
    if (!result.ok) throw new PageError(result as FailedPage, cursor as string | undefined);
    const page = result.data as { items: readonly unknown[]; nextCursor: string | null }; // the same
    yield* page.items;
    cursor = page.nextCursor;
  } while (cursor !== null);
}
