/**
 * Names by which the page that a provider leads back to speaks with the pages around it: those of its own origin by
 * storage and a channel of the browser, those of an application by a fragment. The SDK has the other end.
 */
import type { ProblemCode } from "./problems.ts";

export const providerReturn = {
  /** Key in `sessionStorage`, with the `state` after it: a `BegunFlow`, as JSON. For whoever begins on the page's own origin. */
  flowKey: "portcullis.provider.",
  /** Key in `sessionStorage`: the `linkToken` of the last collision, for a page of the same origin that signs in. */
  linkKey: "portcullis.provider.link",
  /** Name of the `BroadcastChannel` on which a popup tells how it ended. */
  channel: "portcullis.provider",
} as const;

/**
 * A flow as the page that began it keeps it. A popup has a storage of its own, as a copy of its opener's when it was
 * opened: its opener writes into `popup.sessionStorage`, while that still is `about:blank`. A mark in the storage tells
 * it for a popup, because `window.name` and `window.opener` are lost on the way: our answers have
 * `Cross-Origin-Opener-Policy: same-origin`. For the same reason `popup.closed` is true as soon as it has left.
 */
export interface BegunFlow {
  /** Two tabs have one challenge cookie; this says which of the two it is. */
  readonly challengeToken: string;
  /** Its id. For an application's own page, whose URL does not say it. */
  readonly provider?: string;
  /** For a link, whose answer tells none. Only one on the page's own origin is gone on to. */
  readonly returnTo?: string;
  /** Tell the channel how it ended, and close, unless `returnTo` leads to an application's origin. */
  readonly isPopup?: boolean;
}

/** A message of a popup on the channel. Others of the same origin hear it too: compare `state`. */
export type ProviderReturnMessage =
  | { readonly state: string; readonly outcome: "signed-in" | "linked" }
  | {
      readonly state: string;
      readonly outcome: "failed";
      /** `invalid_login_token`: the second step took too long. */
      readonly code: ProblemCode;
      /** Of `identity_collision`. */
      readonly linkToken?: string;
    }
  /** Of an application's own page: its opener goes on with the parameters of the URL, which it hands over as a query. */
  | { readonly state: string; readonly outcome: "returned"; readonly query: string };

/**
 * Parameters in the fragment of `returnTo`, which takes the place of its own, where an application's origin goes on.
 * The application compares `state` with the one it began, or a link of somebody else's would sign in (FD-02).
 */
export type ProviderFragment = {
  /** The id of the provider. */
  readonly provider: string;
  readonly state: string;
} & (
  | {
      /** Half a login, to be finished by the application. */
      readonly loginToken: string;
      /** Members of `SecondFactor` with commas between; empty where none is missing. */
      readonly secondFactors: string;
      /** An integer. */
      readonly expiresInSeconds: string;
    }
  | { readonly linkToken: string }
);
