/** One account as `npm run users -- import` reads it: a line of the file. No operation takes it. */
import { z } from "zod";
import { Email } from "./addresses.ts";
import { InstantInput, Locale, PersonName, Role, secret } from "./values.ts";

/**
 * The cheapest and the costliest bcrypt hash that is taken from elsewhere. Below, it may not be stored
 * at all (PW-08); above, every login to it, by its owner or by an attacker, would hold a worker for
 * seconds (IV-07): at 31, for two days.
 */
export const IMPORTED_COST_MIN = 10;
export const IMPORTED_COST_MAX = 15;

/** Bcrypt's modular form; `$2x$` marks hashes of a broken implementation, and is not taken. */
const PLAIN_BCRYPT = /^\$2[aby]\$[0-3][0-9]\$[./A-Za-z0-9]{53}$/;

const ImportedHash = secret(
  z
    .string()
    .regex(PLAIN_BCRYPT, {
      error: "Must be a plain bcrypt hash: $2a$, $2b$ or $2y$",
      abort: true,
    })
    .refine((hash) => costOfBcrypt(hash) >= IMPORTED_COST_MIN, {
      error: `Must have a cost of at least ${IMPORTED_COST_MIN}`,
    })
    .refine((hash) => costOfBcrypt(hash) <= IMPORTED_COST_MAX, {
      error: `Must have a cost of at most ${IMPORTED_COST_MAX}`,
    }),
);

export const ImportedAccount = z.strictObject({
  email: Email,
  passwordHash: ImportedHash,
  role: Role.default("user"),
  disabled: z.boolean().default(false),
  /** True where the other system has had the address proved. */
  emailVerified: z.boolean().default(false),
  name: PersonName.optional(),
  locale: Locale.optional(),
  /** Milliseconds since the epoch. Absent: now. */
  createdAt: InstantInput.optional(),
});
export type ImportedAccount = z.output<typeof ImportedAccount>;

/** The cost of a hash in bcrypt's modular form. */
export function costOfBcrypt(hash: string): number {
  return Number(hash.slice(4, 6));
}
