import { verifyAccessToken } from "../../domain/access-tokens.ts";
import { recognizeSession } from "../../domain/sessions.ts";
import type { FoundSession } from "../../domain/ports/sessions.ts";
import type { AccessTokenClaims } from "../../domain/ports/signing-keys.ts";
import type { CredentialScheme } from "./scheme.ts";

/** RFC 6750 §2.1, and nothing looser (TK-21). The scheme's name has no case (RFC 9110 §11.1). */
const AUTHORIZATION = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i;

/** An access token in the Authorization header. */
export const bearer: CredentialScheme = {
  // The whole header: one of another scheme is a bad token too, and not the absence of one.
  read: (request) => request.headers.get("authorization") ?? undefined,
  async find(deps, occasion, authorization) {
    const token = readBearer(authorization);
    const claims = token === undefined ? undefined : await verifyAccessToken(deps, occasion, token);
    if (claims === undefined) return undefined;
    const found = await recognizeSession(deps, occasion, claims.sessionId);
    // A token names its owner as well as its session; both must be the ones we know (TK-10).
    if (found?.session.kind !== "token" || found.user.id !== claims.userId) return undefined;
    return isOfLastProof(claims, found) ? found : undefined;
  },
};

/**
 * False for a token of before its owner proved again who they are: a copy of it must not become recent with the session,
 * as a copy of the old cookie does not (SU-03).
 */
function isOfLastProof(
  { authTime }: AccessTokenClaims,
  { reauthenticatedAt }: FoundSession,
): boolean {
  return reauthenticatedAt === null || authTime >= Math.floor(reauthenticatedAt / 1000);
}

/** The token of an Authorization header; undefined where the header has another form. */
export function readBearer(authorization: string): string | undefined {
  return AUTHORIZATION.exec(authorization)?.[1];
}
