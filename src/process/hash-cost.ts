/** How new passwords are hashed here, and how long one takes on this machine. */
import type { HashRecipe } from "../domain/ports/passwords.ts";
import { createHashPool } from "../platform/hash-workers.ts";
import { hashRecipeOf } from "./dependencies.ts";
import type { Settings } from "./settings.ts";

/** Enough to leave out a hash during which the machine did something else. */
const TIMES = 3;
/** After this no other one is begun: the costliest that may be set take seconds. Milliseconds. */
const TIMES_MS = 2_000;

export interface HashCost {
  readonly recipe: HashRecipe;
  /** The shortest of a few hashes, which nothing else held up, one after the other, in a thread that had done one before. Milliseconds. */
  readonly milliseconds: number;
}

/** Measures in a thread of its own, which ends with it. Takes four hashes: 1 s at the default cost. */
export async function measureHash(settings: Settings): Promise<HashCost> {
  const recipe = hashRecipeOf(settings);
  const pool = createHashPool(1, 1);
  const times: number[] = [];
  try {
    await pool.hash("", recipe); // starts the thread, and loads what it needs
    const first = performance.now();
    while (times.length < TIMES && performance.now() - first < TIMES_MS) {
      const began = performance.now();
      await pool.hash("", recipe);
      times.push(performance.now() - began);
    }
  } finally {
    await pool.close();
  }
  return { recipe, milliseconds: Math.min(...times) };
}
