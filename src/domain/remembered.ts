/**
 * Makes an answer that costs something cheap to ask for: one is made at a time, for all who ask meanwhile, and it is good
 * for `forMs`. A failure is told to those who wait for it, and not kept.
 */
export function remembered<T>(
  forMs: number,
  make: (now: number) => Promise<T>,
): (now: number) => Promise<T> {
  let underWay: Promise<T> | undefined;
  let last: { readonly at: number; readonly answer: T } | undefined;
  return (now) => {
    // A clock that was put back counts as long ago.
    if (last !== undefined && Math.abs(now - last.at) < forMs) return Promise.resolve(last.answer);
    underWay ??= make(now)
      .then((answer) => {
        last = { at: now, answer };
        return answer;
      })
      .finally(() => (underWay = undefined));
    return underWay;
  };
}
