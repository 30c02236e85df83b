/** Bounds that pages tell. Apart from their schemas, so that a page has them without Zod. */

/** Passkeys of one account. */
export const PASSKEYS_MAX = 20;
/** Codes an account gets at once. */
export const RECOVERY_CODES = 10;
/** UTF-16 units. */
export const PASSKEY_NAME_MAX_LENGTH = 64;
/** Of a person. UTF-16 units. */
export const PERSON_NAME_MAX_LENGTH = 100;
