/** Security of an operation: the credentials it accepts, and the role it needs. */
import { z } from "zod";
import { type Credential, credentials } from "./credentials.ts";
import { secret } from "./values.ts";

export interface Security {
  /** The credentials the operation takes. None: open to everybody. */
  readonly accepts: readonly Credential[];
  /** The caller may also come without one, or with a dead one. */
  readonly optional: boolean;
  /** The role the caller must have. */
  readonly role?: "admin";
  /** Open to readers of the metrics only: by a token of their own, or from this machine. No account is asked for. */
  readonly scrapersOnly?: true;
}

export const open = { accepts: [], optional: true } as const satisfies Security;
export const sessionIfAny = { accepts: ["session"], optional: true } as const satisfies Security;
export const bearer = { accepts: ["bearer"], optional: false } as const satisfies Security;
export const sessionOrBearer = {
  accepts: ["session", "bearer"],
  optional: false,
} as const satisfies Security;
export const scrapers = {
  accepts: [],
  optional: true,
  scrapersOnly: true,
} as const satisfies Security;
export const admin = { ...sessionOrBearer, role: "admin" } as const satisfies Security;

/** Where the CSRF proof travels. */
export const CSRF_HEADER = "x-csrf-token";

/** The headers of a change that a cookie may authenticate. */
export const csrfHeaders = z.object({
  [CSRF_HEADER]: secret(
    z
      .string()
      .max(256)
      .meta({
        description:
          "The `csrfToken` of the login, also in the cookie `__Host-csrf`. Needed where the session cookie is used; not with a bearer token.",
        examples: ["6Zk0mE3yq1sJm1n0b8m0Yv8wqk3V1d5H8pJ3xk2b9cA"],
      }),
  ).optional(),
});

/** The challenges of a 401, each once; none where no header could have helped (RFC 9110 §15.5.2). */
export function challengesOf({ accepts, scrapersOnly }: Security): readonly string[] {
  const asked = scrapersOnly ? (["metrics"] as const) : accepts;
  const challenges = asked.map((name) => credentials[name].challenge);
  return [...new Set(challenges)].filter((challenge) => challenge !== undefined);
}

/** A browser may have added the credential by itself: the caller must prove that the page meant it (CS-01). */
export function acceptsAmbient({ accepts }: Security): boolean {
  return accepts.some((name) => credentials[name].sentByBrowser);
}

/** Methods that change nothing (RFC 9110 §9.2.1), and so need no CSRF proof (CS-08). */
export function isSafeMethod(method: string): boolean {
  return method === "GET" || method === "HEAD" || method === "OPTIONS";
}
