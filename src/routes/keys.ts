import type { Dependencies } from "../domain/ports/dependencies.ts";
import type { Handlers } from "./handler.ts";

/** Shorter than an access token lives, so that a new key is known before many tokens carry it. Seconds. */
const JWKS_MAX_AGE_SECONDS = 300;

export function createKeyHandlers(deps: Dependencies): Pick<Handlers, "getJwks"> {
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
  };
}
