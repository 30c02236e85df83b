/** Stands in until the kit has its step-up. */
export function recently<R>(call: () => Promise<R>): Promise<R> {
  return call();
}
