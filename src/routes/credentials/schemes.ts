/** The credentials that sign somebody in, each with the file that knows it. */
import { type Credential, credentials, signingIn } from "../../contract/credentials.ts";
import { bearer } from "./bearer.ts";
import type { CredentialScheme } from "./scheme.ts";
import { session } from "./session.ts";

/** One scheme per credential of the catalogue; a missing one does not compile. */
export type CredentialSchemes = { readonly [C in Credential]: CredentialScheme };

export const schemes: CredentialSchemes = { session, bearer };

/**
 * The accepted credential by which a request is judged, as it carries it; undefined where it carries none. One
 * that a program put there comes before one that a browser may have added, and is judged alone: a bad token
 * never falls back to a cookie.
 */
export function presentedCredential(
  request: Request,
  accepts: readonly Credential[],
): { readonly credential: Credential; readonly presented: string } | undefined {
  for (const credential of byPrecedence) {
    const presented = accepts.includes(credential) ? schemes[credential].read(request) : undefined;
    if (presented !== undefined) return { credential, presented };
  }
  return undefined;
}

const byPrecedence = signingIn.toSorted(
  (a, b) => Number(credentials[a].sentByBrowser) - Number(credentials[b].sentByBrowser),
);
