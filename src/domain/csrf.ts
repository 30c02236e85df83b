/** The proof that a change was made by a page that can read this session's answers. */
import { createHmac, type KeyObject, timingSafeEqual } from "node:crypto";

/**
 * The proof of a session: an HMAC over its id, so it is bound to this login and dies with it
 * (CS-02, CS-03). Base64url, 43 characters.
 */
export function csrfProof(key: KeyObject, sessionId: string): string {
  return createHmac("sha256", key).update(sessionId).digest("base64url");
}

export function isCsrfProof(key: KeyObject, sessionId: string, presented: string): boolean {
  const expected = Buffer.from(csrfProof(key, sessionId));
  const given = Buffer.from(presented);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
