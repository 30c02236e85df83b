/** One account as `npm run users -- import` reads it: a line of the file. No operation takes it. */
import { z } from "zod";
import { Email } from "./addresses.ts";
import { ISSUER_MAX_LENGTH, ProviderId } from "./provider-values.ts";
import { PROVIDERS_MAX } from "./providers.ts";
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

/** As OpenID Connect Core 1.0 §2 has them: `sub` has at most 255 characters. */
const SUBJECT_MAX_LENGTH = 255;

/** Somebody at a provider, who signs in to the account. */
export const ImportedIdentity = z.strictObject({
  /** As the provider writes it. */
  issuer: z
    .string()
    .max(ISSUER_MAX_LENGTH)
    .regex(/^[!-~]+$/, { error: "Must be an issuer, such as https://accounts.google.com" }),
  /** The provider's id of the person: never an address. A half of a surrogate pair would be stored as another character (IV-15). */
  subject: z
    .string()
    .max(SUBJECT_MAX_LENGTH)
    .regex(/^[^\p{Cc}\p{Cs}]+$/u, { error: "Must be the provider's id of the person" }),
  /** Absent: the first in PROVIDERS that has the issuer. */
  provider: ProviderId.optional(),
});
export type ImportedIdentity = z.output<typeof ImportedIdentity>;

const ImportedFields = z.strictObject({
  email: Email,
  /** Absent for somebody who signs in with a provider alone. */
  passwordHash: ImportedHash.optional(),
  /** One of each provider at the most. */
  identities: z.array(ImportedIdentity).min(1).max(PROVIDERS_MAX).optional(),
  role: Role.default("user"),
  disabled: z.boolean().default(false),
  /** True where the other system has had the address proved. */
  emailVerified: z.boolean().default(false),
  name: PersonName.optional(),
  locale: Locale.optional(),
  /** Milliseconds since the epoch. Absent: now. */
  createdAt: InstantInput.optional(),
});
export const ImportedAccount = ImportedFields.refine(
  ({ passwordHash, identities }) => passwordHash !== undefined || identities !== undefined,
  { error: "Must have a passwordHash, or identities" },
);
export type ImportedAccount = z.output<typeof ImportedAccount>;

/** The cost of a hash in bcrypt's modular form. */
export function costOfBcrypt(hash: string): number {
  return Number(hash.slice(4, 6));
}
