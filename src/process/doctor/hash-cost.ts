/** The cost of a password's hash, beside the time that one takes on this machine. */
import { hasArgon2 } from "../../domain/argon2.ts";
import { HASH_CEILINGS } from "../../domain/password-encodings.ts";
import type { HashRecipe } from "../../domain/ports/passwords.ts";
import type { HashCost } from "../hash-cost.ts";
import { attention, type Finding, ok } from "./finding.ts";

/** Below this an attacker with a stolen database is hardly held up by bcrypt; each step doubles it. Milliseconds. */
const CHEAP_MS = 30;
/** OWASP Password Storage Cheat Sheet: less than one second, or logins wait for each other. Milliseconds. */
const DEAR_MS = 1_000;

/** Judges the time of one hash, alone on a thread, where so many threads hash. */
export function judgeHashCost(
  { recipe, milliseconds }: HashCost,
  workers: number,
): readonly Finding[] {
  const ms = Math.round(milliseconds);
  const perSecond = ((1_000 / milliseconds) * workers).toFixed(1);
  const name = nameOf(recipe);
  if (milliseconds > DEAR_MS)
    return [
      attention(
        `${name}: ${ms} ms a hash, so ${perSecond} logins a second`,
        cheaper(recipe, milliseconds),
      ),
    ];
  // Memory is what holds a thief of argon2id up, and the settings let nobody take less than enough of it.
  if (recipe.scheme === "bcrypt" && milliseconds < CHEAP_MS)
    return [
      attention(
        `${name}: ${ms} ms a hash, which a thief can pay as well`,
        `BCRYPT_COST=${Math.min(HASH_CEILINGS.bcryptCost, recipe.cost + Math.ceil(Math.log2((2 * CHEAP_MS) / milliseconds)))}`,
      ),
    ];
  return [ok(`${name}: ${ms} ms a hash, ${perSecond} a second${advice(recipe)}`)];
}

function nameOf(recipe: HashRecipe): string {
  return recipe.scheme === "bcrypt"
    ? `bcrypt ${recipe.cost}`
    : `argon2id ${recipe.memoryKib} KiB, ${recipe.passes} passes`;
}

function cheaper(recipe: HashRecipe, milliseconds: number): string {
  if (recipe.scheme === "argon2id")
    return "A lower ARGON2_PASSES or ARGON2_MEMORY_KIB, in proportion to the time";
  const fits = recipe.cost - Math.ceil(Math.log2(milliseconds / DEAR_MS));
  return `BCRYPT_COST=${fits} takes half a second to one`;
}

/** OWASP recommends argon2id first; bcrypt is the default of this project. */
function advice({ scheme }: HashRecipe): string {
  return scheme === "bcrypt" && hasArgon2()
    ? "; PASSWORD_HASH=argon2id costs a thief more, and this server less"
    : "";
}
