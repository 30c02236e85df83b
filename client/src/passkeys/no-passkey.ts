/** The outcome of a ceremony that came to nothing. Apart from the ceremony, whose types are a browser's. */

/** The browser gave no passkey. The operation that would have ended the ceremony was not called. */
export interface NoPasskey {
  readonly ok: false;
  readonly status: 0;
  readonly failure:
    | "cancelled"
    | "aborted"
    | "unsupported"
    | "wrong_origin"
    | "already_registered"
    | "browser_failed";
  /** A sentence of what happened, with what to do next. */
  readonly detail: string;
  /** The browser's error, if there was one. */
  readonly error?: unknown;
  /** Never there. Named, so that `r.problem?.detail ?? r.detail ?? r.failure` compiles as soon as `r.ok` is false. */
  readonly problem?: undefined;
  /** Never there: the sign-in has to be begun again. */
  readonly pending?: undefined;
}
