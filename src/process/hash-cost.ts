/** How new passwords are hashed here, and how long one takes on this machine. */
import type { HashRecipe } from "../domain/ports/passwords.ts";
import { createHashPool } from "../platform/hash-workers.ts";
import { hashRecipeOf } from "./dependencies.ts";
import type { Settings } from "./settings.ts";

/** Enough to leave out a hash during which the machine did something else. */
const TIMES = 5;

export interface HashCost {
  readonly recipe: HashRecipe;
  /** The median of a few hashes, one after the other, in a thread that had done one before. Milliseconds. */
  readonly milliseconds: number;
}

/** Measures in a thread of its own, which ends with it. Takes six hashes: 1.5 s at the default cost. */
export async function measureHash(settings: Settings): Promise<HashCost> {
  const recipe = hashRecipeOf(settings);
  const pool = createHashPool(1, 1);
  const times: number[] = [];
  try {
    await pool.hash("", recipe); // starts the thread, and loads what it needs
    for (let turn = 0; turn < TIMES; turn += 1) {
      const began = performance.now();
      await pool.hash("", recipe);
      times.push(performance.now() - began);
    }
  } finally {
    await pool.close();
  }
  const median = times.toSorted((one, other) => one - other)[TIMES >> 1];
  return { recipe, milliseconds: median ?? 0 };
}
