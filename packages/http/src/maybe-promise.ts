/** A value, or a promise of it. */
export type MaybePromise<T> = T | Promise<T>;

/**
 * Passes a value to `next` at once, or when its promise is fulfilled. `await` would do, but it costs
 * a promise and a turn of the microtask queue even where the value is already there, which on a
 * small route is a tenth of the work.
 */
export function chain<T, U>(
  value: MaybePromise<T>,
  next: (value: T) => MaybePromise<U>,
): MaybePromise<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** Runs `work` and answers with `recover` where it throws or rejects. */
export function attempt<T>(
  work: () => MaybePromise<T>,
  recover: (thrown: unknown) => MaybePromise<T>,
): MaybePromise<T> {
  try {
    const value = work();
    return value instanceof Promise ? value.catch(recover) : value;
  } catch (thrown) {
    return recover(thrown);
  }
}
