/** Where argon2 is to be had. */
import crypto from "node:crypto";

/** Node has argon2 from 24.7 on, and 22 never got it. */
export const ARGON2_NODE = "24.7";

export function hasArgon2(): boolean {
  return "argon2Sync" in crypto;
}
