/** Shows what is read from the server before it can be shown. */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Button } from "./button.tsx";
import { type AnyResult, type DataOf, type Failure, failureOf } from "./failure.ts";
import { Status } from "./notice.tsx";
import { say } from "./words.ts";

/** Nothing is seen of it before 150 ms. `rows` take the place of as many rows, so that nothing jumps. */
export function Loading({ rows = 0 }: { readonly rows?: number }) {
  return (
    <div class={rows > 0 ? "card rows loading" : "loading"}>
      <span class="visually-hidden" role="status">
        {say("loading")}
      </span>
      {Array.from({ length: rows }, (_, at) => (
        <div key={at} class="row" aria-hidden="true">
          <div>
            <div class="bone" />
            <div class="bone" />
          </div>
        </div>
      ))}
    </div>
  );
}

export interface Loaded<D> {
  /** Undefined until the first answer; then the latest. */
  readonly data: D | undefined;
  readonly failure: Failure | null;
  readonly isLoading: boolean;
  /** Asks again. What is shown stays until the answer. */
  readonly reload: () => Promise<void>;
  /** Shows what an operation has answered, without asking again. */
  readonly put: (data: D) => void;
}

/** Asks when the view appears, and again when one of `dependencies` changes. An answer to an older question is dropped. */
export function useLoaded<R extends AnyResult>(
  read: () => Promise<R>,
  dependencies: readonly unknown[] = [],
): Loaded<DataOf<R>> {
  const [data, setData] = useState<DataOf<R> | undefined>(undefined);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [isLoading, setLoading] = useState(true);
  const question = useRef(0);

  async function reload(): Promise<void> {
    const asked = (question.current += 1);
    setLoading(true);
    const result = await read();
    if (asked !== question.current) return;
    setLoading(false);
    setFailure(result.ok ? null : failureOf(result));
    if (result.ok) setData(result.data as DataOf<R>); // the type of this very result
  }

  // Before the view is painted, which takes longer than to ask.
  useLayoutEffect(() => {
    void reload();
    return () => {
      question.current += 1;
    };
  }, dependencies);

  return { data, failure, isLoading, reload, put: setData }; // a datum is no function
}

/** Shows what is loaded; until then that it is loading, or why not, and a button for another try. */
export function Show<D>({
  of,
  rows = 0,
  children,
}: {
  readonly of: Loaded<D>;
  readonly rows?: number;
  readonly children: (data: D) => ComponentChildren;
}) {
  if (of.data === undefined && of.failure === null) return <Loading rows={rows} />;
  return (
    <>
      <Failed of={of} />
      {of.data !== undefined && children(of.data)}
    </>
  );
}

/** Says why nothing was loaded, with a button for another try. */
export function Failed({
  of: { failure, isLoading, reload },
}: {
  readonly of: Pick<Loaded<unknown>, "failure" | "isLoading" | "reload">;
}) {
  if (failure === null) return null;
  return (
    <div class="tight">
      <Status failure={failure} />
      <p>
        <Button isLow isBusy={isLoading} onClick={() => void reload()}>
          {say("tryAgain")}
        </Button>
      </p>
    </div>
  );
}
