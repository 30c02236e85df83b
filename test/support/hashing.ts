/** Recipes and keys of passwords, for tests that hash without a server. */
import { createSecretKey } from "node:crypto";
import type { PasswordKeys } from "../../src/domain/passwords.ts";
import type { HashRecipe } from "../../src/domain/ports/passwords.ts";
import { openSignerKey, sealSignerKey } from "../../src/domain/signer-keys.ts";

export const bcryptOf = (cost: number): HashRecipe => ({ scheme: "bcrypt", cost });
export const argon2idOf = (memoryKib: number, passes: number): HashRecipe => ({
  scheme: "argon2id",
  memoryKib,
  passes,
});

const signerKeySeal = new Uint8Array(32).fill(9);
export const sealForTests = (signerKey: Uint8Array) => sealSignerKey({ signerKeySeal }, signerKey);

/** Keys whose pepper is made of one byte. */
export function passwordKeys(byte = 7): PasswordKeys {
  return {
    pepper: createSecretKey(new Uint8Array(32).fill(byte)),
    openSignerKey: (sealed) => openSignerKey({ signerKeySeal }, sealed),
  };
}
