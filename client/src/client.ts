import { operationTable } from "./generated/operations.ts";
import type { Input, OperationId, OperationRow } from "./input.ts";
import type { CallOptions, ClientOptions } from "./options.ts";
import { eachItem, type Paged, type PagedOperationId } from "./pages.ts";
import type { Result } from "./result.ts";
import { createTransport } from "./transport.ts";

/** One function per operation, named by its operationId. */
export type Client = {
  readonly [K in OperationId]: Operation<K>;
};

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
 * Makes a client for one server and one session. Throws a TypeError if `baseUrl` is not an HTTP URL.
 * Its functions answer every outcome as a value; they reject only for a mistake in the call itself,
 * or when a cookie jar, token store or token function you gave does.
 */
export function createClient(options: ClientOptions): Client {
  const call = createTransport(options);
  const rows: Readonly<Record<string, OperationRow>> = operationTable;
  const functions = Object.entries(rows).map(([operationId, row]) => {
    const operation = (input: Fields = {}, options: CallOptions = {}) => call(row, input, options);
    const each = (input: Fields = {}, options: CallOptions = {}) =>
      eachItem((page) => operation(page, options), input);
    return [
      operationId,
      row.query.includes("cursor") ? Object.assign(operation, { each }) : operation,
    ];
  });
  // The proven edge: a function for each row of the table, and `readAnswer` lets nothing through that the document does not have.
  return Object.fromEntries(functions) as Client;
}
