/** Results as they come, for whoever watches a client: a log, or the state of its session. */
import { operationTable } from "./generated/operations.ts";
import type { OperationId, OperationRow } from "./input.ts";
import type { Result, UntypedResult } from "./result.ts";

/** The result of a call. `operationId` tells which results it can be. */
export type ResultEvent = {
  readonly [K in OperationId]: { readonly operationId: K; readonly result: Result<K> };
}[OperationId];

/** Sees the result of each call that was made with the client's own credential. */
export type Watcher = (row: OperationRow, result: UntypedResult) => void;

/** The part of a client that `@portcullis/client/session` uses, and no caller. */
export interface Watchable {
  readonly baseUrl: string;
  /** For as long as the client lives. */
  readonly watch: (watcher: Watcher) => void;
}

/** In the registry of all programs, as a bundle may have this module twice. */
const watchable = Symbol.for("@portcullis/client.watchable");

/** A client by which its session can be found. The key is no name, so that it is in nobody's way. */
export function makeWatchable<C extends object>(client: C, part: Watchable): C {
  return Object.assign(client, { [watchable]: part });
}

/** Throws a TypeError for what `createClient` has not made. */
export function watchableOf(client: object): Watchable {
  const part: unknown = Reflect.get(client, watchable);
  if (part === undefined) throw new TypeError("A session needs a client that createClient made");
  return part as Watchable; // the symbol is set above alone
}

/** Tells of each result. Nothing that a listener does changes the call it is told of. */
export function createTelling(onResult: ((event: ResultEvent) => unknown) | undefined) {
  const watchers: Watcher[] = [];
  return {
    watch: (watcher: Watcher) => void watchers.push(watcher),
    tell(row: OperationRow, result: UntypedResult, isOwn: boolean): void {
      if (isOwn) for (const watcher of watchers) watcher(row, result);
      if (!onResult) return;
      const operationId = operationIdOf(row);
      // The proven edge: the id of the row that was called, and `readAnswer` lets nothing else through.
      void told(() => onResult({ operationId, result } as ResultEvent));
    },
  };
}

function operationIdOf(row: OperationRow): string | undefined {
  return Object.entries(operationTable).find(([, each]) => each === row)?.[0];
}

/** To the console, where the runtime has nothing better that does not end the program. */
async function told(listener: () => unknown): Promise<void> {
  try {
    await listener();
  } catch (error) {
    console.error(error);
  }
}
