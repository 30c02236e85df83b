/** The two ways to carry a session, by cookies and by tokens: their secrets before it begins, and what is handed out after. */
import { randomBytes } from "node:crypto";
import { accessTokenSeconds, signAccessToken } from "./access-tokens.ts";
import type { Begun, CookieCarrier, TokenCarrier } from "./begin-session.ts";
import type { Uses } from "./change.ts";
import { csrfProof } from "./csrf.ts";
import type { Occasion } from "./ports/events.ts";
import { refreshToken, type TokenPair } from "./refresh-tokens.ts";
import { hashSecret, newSecret } from "./secrets.ts";

export interface CookieLogin {
  /** The cookie's value. It is never stored, and never known again. */
  readonly secret: string;
  readonly csrfToken: string;
  /** The device cookie's next value. */
  readonly deviceSecret: string;
}

export interface NewCookies {
  readonly carried: Omit<CookieCarrier, "client" | "device">;
  /** Hands out what carries the session that has begun. */
  handOut(deps: Uses<"secretKeys">, begun: Begun): Begun & CookieLogin;
}

/** Makes the secrets of new cookies. `replaced` is the session cookie the request came with, if any (LG-03). */
export function newCookies(replaced: string | undefined): NewCookies {
  const secret = newSecret();
  const deviceSecret = newSecret();
  return {
    carried: {
      kind: "cookie",
      secretHash: hashSecret(secret),
      deviceSecret,
      replacedHash: replaced === undefined ? undefined : hashSecret(replaced),
    },
    handOut({ secretKeys }, begun) {
      return {
        ...begun,
        secret,
        csrfToken: csrfProof(secretKeys.csrf, begun.session.id),
        deviceSecret,
      };
    },
  };
}

const REFRESH_SALT_BYTES = 16;

export interface NewTokens {
  readonly carried: Omit<TokenCarrier, "client" | "device">;
  /** Hands out what carries the session that has begun. */
  handOut(
    deps: Uses<"keyRing" | "issuer" | "lifetimes" | "secretKeys" | "newId">,
    occasion: Occasion,
    begun: Begun,
  ): Promise<Begun & TokenPair>;
}

/** Makes the salt of new tokens. */
export function newTokens(): NewTokens {
  const refreshSalt = randomBytes(REFRESH_SALT_BYTES);
  return {
    carried: { kind: "token", refreshSalt },
    async handOut(deps, occasion, begun) {
      const { user, session, authentication } = begun;
      const key = await deps.keyRing.findSigning(occasion.now);
      return {
        ...begun,
        accessToken: await signAccessToken(deps, occasion, key, user, session, authentication),
        expiresInSeconds: accessTokenSeconds(deps, occasion, session),
        refreshToken: refreshToken(deps.secretKeys.refreshToken, session.id, refreshSalt, 0),
        refreshExpiresInSeconds: deps.lifetimes.refreshTokenSeconds,
      };
    },
  };
}
