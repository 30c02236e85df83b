/**
 * Makes ids. The library's own random numbers are the simple way: a call for random bytes costs 1.5 µs, and
 * it makes one for every eight numbers, which is 0.5 µs of an id. Here one call fills a thousand numbers.
 */
import { randomFillSync } from "node:crypto";
import { V7Generator } from "uuidv7";

const NUMBERS_AT_A_TIME = 1024;

const numbers = new Uint32Array(NUMBERS_AT_A_TIME);
let next = NUMBERS_AT_A_TIME;

const generator = new V7Generator({
  nextUint32() {
    if (next >= NUMBERS_AT_A_TIME) {
      randomFillSync(numbers);
      next = 0;
    }
    const number = numbers[next] ?? 0; // never absent: `next` is below the length
    next += 1;
    return number;
  },
});

/** Makes a UUIDv7 of the instant `now` (milliseconds since the epoch). Ids of one process sort in the order they were made. */
export function newId(now: number): string {
  return generator.generateOrResetWithTs(now).toString();
}
