/** The cost of a password's hash, beside the time that one takes on this machine. */
import { createPasswords } from "../../domain/passwords.ts";
import { deriveKeys, newSecret } from "../../domain/secrets.ts";
import { createBcryptPool } from "../../platform/bcrypt-workers.ts";
import type { Settings } from "../settings.ts";
import { attention, type Finding, ok } from "./check.ts";

/** Below this an attacker with a stolen database is hardly held up; each step doubles it. Milliseconds. */
const CHEAP_MS = 30;
/** OWASP Password Storage Cheat Sheet: less than one second, or logins wait for each other. Milliseconds. */
const DEAR_MS = 1_000;

/** The part of the settings that says how passwords are hashed. */
type HashSettings = Pick<Settings, "BCRYPT_COST" | "HASH_WORKERS">;

/** Hashes a password that nobody has, as the server would, and answers how long that took. Milliseconds. */
export async function timeOneHash({ BCRYPT_COST }: HashSettings): Promise<number> {
  const workers = createBcryptPool(1, 2);
  try {
    const { passwordPepper } = deriveKeys(newSecret());
    // The first one also waits for its thread.
    await createPasswords(workers, passwordPepper, WARM_COST).hash(newSecret());
    const passwords = createPasswords(workers, passwordPepper, BCRYPT_COST);
    const beganAt = performance.now();
    let shortest = Infinity;
    // The shortest of a few: what else runs on the machine makes one longer, and nothing makes it shorter.
    for (let turn = 0; turn < TURNS && performance.now() - beganAt < TURNS_MS; turn += 1) {
      const startedAt = performance.now();
      await passwords.hash(newSecret());
      shortest = Math.min(shortest, performance.now() - startedAt);
    }
    return shortest;
  } finally {
    await workers.close();
  }
}

const TURNS = 3;
/** After this no other one is begun. Milliseconds. */
const TURNS_MS = 2_000;
/** The least that bcrypt knows. */
const WARM_COST = 4;

/** `elapsedMs`: of one hash, alone on a thread. */
export function judgeHashCost(
  { BCRYPT_COST: cost, HASH_WORKERS: workers }: HashSettings,
  elapsedMs: number,
): readonly Finding[] {
  const ms = Math.round(elapsedMs);
  const perSecond = ((1_000 / elapsedMs) * workers).toFixed(1);
  const fits = cost - Math.ceil(Math.log2(elapsedMs / DEAR_MS));
  if (elapsedMs > DEAR_MS)
    return [
      attention(
        `bcrypt ${cost}: ${ms} ms a hash, so ${perSecond} logins a second`,
        `BCRYPT_COST=${fits} takes half a second to one`,
      ),
    ];
  if (elapsedMs < CHEAP_MS)
    return [
      attention(
        `bcrypt ${cost}: ${ms} ms a hash, which a thief can pay as well`,
        `BCRYPT_COST=${Math.min(15, cost + Math.ceil(Math.log2((2 * CHEAP_MS) / elapsedMs)))}`,
      ),
    ];
  return [ok(`bcrypt ${cost}: ${ms} ms a hash, ${perSecond} a second`)];
}
