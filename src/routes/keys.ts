import { SIGNING_KEYS_MAX } from "../contract/keys.ts";
import { stateOfKey, verifiesUntil } from "../domain/keys.ts";
import type { Dependencies } from "../domain/ports/dependencies.ts";
import type { Handlers } from "./handler.ts";
import { instantOf } from "./instants.ts";

/** Shorter than an access token lives, so that a new key is known before many tokens carry it. Seconds. */
const JWKS_MAX_AGE_SECONDS = 300;

export function createKeyHandlers(
  deps: Dependencies,
): Pick<Handlers, "getJwks" | "listSigningKeys"> {
  return {
    async getJwks({ occasion }) {
      const verifying = await deps.keyRing.listVerifying(occasion.now);
      const keys = verifying.map(({ kid, x }) => ({
        kty: "OKP" as const,
        crv: "Ed25519" as const,
        alg: "EdDSA" as const,
        use: "sig" as const,
        kid,
        x,
      }));
      return {
        status: 200,
        body: { keys },
        cacheControl: `public, max-age=${JWKS_MAX_AGE_SECONDS}`,
      };
    },
    async listSigningKeys({ occasion: { now } }) {
      const { accessTokenSeconds } = deps.lifetimes;
      const records = await deps.storage.signingKeys.list();
      const items = records.slice(0, SIGNING_KEYS_MAX).map((record) => ({
        kid: record.kid,
        algorithm: "EdDSA" as const,
        state: stateOfKey(record, accessTokenSeconds, now),
        createdAt: new Date(record.createdAt).toISOString(),
        retiredAt: instantOf(record.retiredAt),
        verifiesUntil: instantOf(verifiesUntil(record, accessTokenSeconds)),
      }));
      return { status: 200, body: { items } };
    },
  };
}
