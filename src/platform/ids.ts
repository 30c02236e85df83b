import { V7Generator } from "uuidv7";

const generator = new V7Generator();

/** A fresh UUIDv7 of the instant `now` (milliseconds since the epoch). Ids of one process sort in the order they were made. */
export function newId(now: number): string {
  return generator.generateOrResetWithTs(now).toString();
}
