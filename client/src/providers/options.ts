/** Options of the ways there and back. */
import type { WebAbortSignal } from "../web.ts";

/** Options of the page that the browser comes back to. */
export interface ReturnOptions {
  /** Gives it up: `failure` is then `aborted`. */
  readonly signal?: WebAbortSignal | undefined;
}

/** Options of a sign-in that begins. */
export interface StartOptions extends ReturnOptions {
  /** Its id, as `listProviders` has it. */
  readonly provider: string;
  /** The page that calls `completeProviderLogin`. Default: this one. */
  readonly returnTo?: string | undefined;
  /** The page that the provider itself leads back to, instead of the server's own: one of `PROVIDER_<ID>_REDIRECTS`. */
  readonly redirectUri?: string | undefined;
  /** Goes there in a window of its own. The call has to be the first thing that a click does. */
  readonly popup?: boolean | undefined;
}
