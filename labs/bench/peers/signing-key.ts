/** Signing key of the peers: Ed25519, as in Portcullis, in a file beside the database over restarts. */
import { generateKeyPairSync } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface SigningKey {
  /** PKCS #8 and SPKI, in PEM. */
  readonly privateKey: string;
  readonly publicKey: string;
}

export function loadSigningKey(): SigningKey {
  const file = join(process.env["BENCH_FOLDER"] ?? ".", "key.json");
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as SigningKey; // written below
  const key = generateKeyPairSync("ed25519", {
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  writeFileSync(file, JSON.stringify(key));
  return key;
}
