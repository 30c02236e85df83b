/** One request per press, and what came of it. */
import { useRef, useState } from "preact/hooks";
import { type AnyResult, type DataOf, type Failure, failureOf } from "./failure.ts";
import { say } from "./words.ts";

/**
 * A view's own words for a failure: a sentence, sentences by field, or null where it tells of it in another way.
 * Undefined leaves the kit's words.
 */
export type OwnWords = string | Readonly<Record<string, string>> | null | undefined;

export interface ActionOptions<A extends readonly unknown[], R extends AnyResult> {
  readonly send: (...given: A) => Promise<R>;
  /** Goes on after a success. The action is busy until it has, so that nothing is pressed while a page leaves. */
  readonly done?: (data: DataOf<R>, ...given: A) => void | Promise<void>;
  readonly told?: (failure: Failure) => OwnWords;
  /** Names of fields, by which a problem's issues find their places. */
  readonly fields?: readonly string[];
}

export interface Action<A extends readonly unknown[]> {
  readonly run: (...given: A) => Promise<void>;
  readonly isBusy: boolean;
  /** Given to the run that is under way: of several buttons, the one that was pressed shows it. */
  readonly doing: A | undefined;
  /** Of the last try. Gone as soon as a new one starts. */
  readonly failure: Failure | null;
  readonly clear: () => void;
  /** Tells of something the page itself found. */
  readonly tell: (words: Exclude<OwnWords, undefined>) => void;
}

export function useAction<A extends readonly unknown[], R extends AnyResult>(
  options: ActionOptions<A, R>,
): Action<A> {
  const latest = useRef(options);
  latest.current = options;
  const sending = useRef(false);
  const [doing, setDoing] = useState<A>();
  const [failure, setFailure] = useState<Failure | null>(null);

  async function run(...given: A): Promise<void> {
    if (sending.current) return;
    sending.current = true;
    setDoing(given);
    setFailure(null);
    try {
      const { send, fields } = latest.current;
      const result = await send(...given);
      const { done, told } = latest.current;
      if (result.ok)
        await done?.(result.data as DataOf<R>, ...given); // the type of this very result
      else setFailure(inOwnWords(failureOf(result, fields), told));
    } catch {
      setFailure({ code: "broken", says: say("unexpected"), fields: {} });
    } finally {
      sending.current = false;
      setDoing(undefined);
    }
  }

  return {
    run,
    isBusy: doing !== undefined,
    doing,
    failure,
    clear: () => setFailure(null),
    tell: (words) => setFailure(withWords({ code: "told", says: undefined, fields: {} }, words)),
  };
}

function inOwnWords(failure: Failure | null, told: ActionOptions<[], AnyResult>["told"]) {
  const words = failure && told?.(failure);
  return failure === null || words === undefined ? failure : withWords(failure, words);
}

function withWords(failure: Failure, words: Exclude<OwnWords, undefined>): Failure | null {
  if (words === null) return null;
  if (typeof words === "string") return { ...failure, says: words, fields: {} };
  return { ...failure, says: undefined, fields: words };
}
