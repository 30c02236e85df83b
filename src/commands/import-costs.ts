/** Imported hashes that take longer to compare than the server's own. */
import type { HashParts } from "../domain/ports/passwords.ts";
import { readHash } from "../domain/password-encodings.ts";
import { openSignerKey } from "../domain/signer-keys.ts";
import type { System } from "../process/system.ts";

/** Between two prices that are one, the machine being busy makes less of a difference. */
const SLOWER = 1.4;
/** The least of a few times is the one that nothing held up. */
const TRIES = 3;

/** Makes the judge. Two costs of bcrypt are compared by themselves; of other schemes, each price is tried once. */
export function createCostJudge({
  deps,
  settings,
}: Pick<System, "deps" | "settings">): (encoded: string) => Promise<boolean> {
  const judged = new Map<string, Promise<boolean>>();
  let liveMs: Promise<number> | undefined;
  return async (encoded) => {
    const read = readHash(encoded, (sealed) => openSignerKey(deps.secretKeys, sealed));
    if (read === undefined) return false;
    if (read.parts.scheme === "bcrypt" && settings.PASSWORD_HASH === "bcrypt")
      return read.parts.cost > settings.BCRYPT_COST;
    const price = priceOf(read.parts);
    let verdict = judged.get(price);
    if (verdict === undefined) {
      liveMs ??= timeOf(undefined);
      verdict = Promise.all([liveMs, timeOf(encoded)]).then(([live, its]) => its > live * SLOWER);
      judged.set(price, verdict);
    }
    return verdict;
  };

  async function timeOf(encoded: string | undefined): Promise<number> {
    const times: number[] = [];
    for (let turn = 0; turn < TRIES; turn += 1) {
      const began = performance.now();
      await deps.passwords.verify("", encoded);
      times.push(performance.now() - began);
    }
    return Math.min(...times);
  }
}

/** All but what differs from one password to the next. */
function priceOf(parts: HashParts): string {
  const { scheme, ...rest } = parts;
  const numbers = Object.entries(rest).filter(([, value]) => typeof value !== "object");
  return JSON.stringify([scheme, numbers.filter(([name]) => name !== "hash")]);
}
