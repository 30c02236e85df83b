/** One account as `npm run users -- import` reads it: a line of the file. No operation takes it. */
import { z } from "zod";
import { Email } from "./addresses.ts";
import { ISSUER_MAX_LENGTH, ProviderId } from "./provider-values.ts";
import { PROVIDERS_MAX } from "./providers.ts";
import { InstantInput, Locale, PersonName, Role, secret } from "./values.ts";

/** Longer than any hash that is taken. Characters. */
const HASH_MAX_LENGTH = 1_024;
const HashText = secret(z.string().min(1).max(HASH_MAX_LENGTH));
const Base64 = secret(
  z
    .string()
    .max(HASH_MAX_LENGTH)
    .regex(/^[A-Za-z0-9+/_-]*={0,2}$/, { error: "Must be base64" }),
);
const Count = z.int().min(1).max(0x7f_ff_ff_ff);

/** JSON in a text, as Keycloak exports it. */
function jsonOf<S extends z.ZodType>(schema: S) {
  return secret(z.string().max(4 * HASH_MAX_LENGTH))
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: "custom", message: "Must be JSON in a text, as Keycloak has it" });
        return z.NEVER;
      }
    })
    .pipe(schema);
}

/** Keycloak has what only some algorithms know in lists of texts. */
const listed = <T>(schema: z.ZodType<T>) => z.tuple([schema]).transform(([one]) => one);
const listedNumber = listed(z.string().regex(/^[1-9][0-9]{0,9}$/)).transform(Number);

/** A hash from elsewhere, told apart by `scheme`. What may be in it, and what it may cost, the domain says (PH-01). */
export const ForeignHash = z.discriminatedUnion(
  "scheme",
  [
    z.strictObject({ scheme: z.literal("bcrypt"), hash: HashText }),
    /** The PHC string, as `argon2` and most libraries write it. */
    z.strictObject({ scheme: z.literal("argon2"), hash: HashText }),
    /** The PHC string or, with the other properties, the bare key in base64. */
    z.strictObject({
      scheme: z.literal("scrypt"),
      hash: HashText,
      salt: Base64.optional(),
      N: Count.optional(),
      r: Count.optional(),
      p: Count.optional(),
    }),
    /** `salt:key`, both in hexadecimal digits. */
    z.strictObject({ scheme: z.literal("better_auth"), hash: HashText }),
    /** `passwordHash` and `salt` of Firebase's export. The file begins with the project's `firebaseHashConfig`. */
    z.strictObject({ scheme: z.literal("firebase_scrypt"), hash: Base64, salt: Base64 }),
    /** Django's text, the blob of ASP.NET Identity or, with the other properties, the bare key in base64. */
    z.strictObject({
      scheme: z.literal("pbkdf2"),
      hash: HashText,
      digest: z.enum(["sha1", "sha256", "sha512"]).optional(),
      iterations: Count.optional(),
      salt: Base64.optional(),
    }),
    /** A credential of type `password`, both texts as they stand in the export. */
    z.strictObject({
      scheme: z.literal("keycloak"),
      secretData: jsonOf(z.object({ value: Base64, salt: Base64 })),
      credentialData: jsonOf(
        z.discriminatedUnion(
          "algorithm",
          [
            z.object({
              algorithm: z.enum(["pbkdf2", "pbkdf2-sha256", "pbkdf2-sha512"]),
              hashIterations: Count,
            }),
            z.object({
              algorithm: z.literal("argon2"),
              hashIterations: Count,
              additionalParameters: z.object({
                type: listed(z.enum(["d", "i", "id"])),
                version: listed(z.literal("1.3", { error: "Must be of argon2's version 1.3" })),
                memory: listedNumber,
                parallelism: listedNumber,
              }),
            }),
          ],
          {
            error:
              "Must have an algorithm that is taken: pbkdf2, pbkdf2-sha256, pbkdf2-sha512 or argon2",
          },
        ),
      ),
    }),
  ],
  {
    error: `Must have a scheme that is taken: bcrypt, argon2, scrypt, better_auth, firebase_scrypt, pbkdf2 or keycloak`,
  },
);
export type ForeignHash = z.output<typeof ForeignHash>;

/** A text alone is bcrypt. */
const ImportedHash = z.preprocess(
  (given) => (typeof given === "string" ? { scheme: "bcrypt", hash: given } : given),
  ForeignHash,
);

/** The line of a file that says how a Firebase project hashes, before the first hash of it. */
export const FirebaseHashConfig = z.strictObject({
  firebaseHashConfig: z.strictObject({
    signerKey: Base64,
    saltSeparator: Base64,
    rounds: Count,
    memCost: Count,
  }),
});
export type FirebaseHashConfig = z.output<typeof FirebaseHashConfig>["firebaseHashConfig"];

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
