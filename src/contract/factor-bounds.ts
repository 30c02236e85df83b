/** Bounds of second factors. Apart from their schemas, so that pages may have them without Zod. */

/** Passkeys of one account. */
export const PASSKEYS_MAX = 20;
/** Codes an account gets at once. */
export const RECOVERY_CODES = 10;
