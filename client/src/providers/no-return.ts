/** The outcome of a way to a provider that led nowhere. Apart from the rest, whose types are a browser's. */

/** The browser brought back nothing to go on with, or never left. */
export interface NoReturn {
  readonly ok: false;
  readonly status: 0;
  readonly failure:
    | "not_begun_here"
    | "bad_return"
    | "popup_blocked"
    | "handed_on"
    | "aborted"
    | "expired"
    | "unsupported";
  /** A sentence of what happened, with what to do next. */
  readonly detail: string;
  /** The browser's error, if there was one. */
  readonly error?: unknown;
  /** Never there. Named, so that `r.problem?.detail ?? r.detail ?? r.failure` compiles as soon as `r.ok` is false. */
  readonly problem?: undefined;
  /** Never there: it has to be begun again. */
  readonly pending?: undefined;
}

/** The sentence of each failure. */
const details: Readonly<Record<NoReturn["failure"], string>> = {
  /** Somebody else's link, another tab, or a page that was opened once more. Nobody may be signed in by that (CSRF). */
  not_begun_here: "This sign-in did not begin in this window, or is over. Begin it again here.",
  /** A parameter twice, or half of them. */
  bad_return: "The provider led back with an answer that cannot be read. Begin again.",
  popup_blocked:
    "The browser opened no window. Allow windows of this page, or go there in this one.",
  /** This page is in a popup. */
  handed_on: "The window that opened this one goes on. This one can be closed.",
  /** By your signal, or because another one began in this page. */
  aborted: "Another request took the place of this one.",
  /** Nobody came back from the popup in time. */
  expired: "The window at the provider was open for too long. Begin again.",
  /** Not in a page, or one that may not store. */
  unsupported:
    "A sign-in with a provider needs a page of a browser that may use its session storage.",
};

export function noReturn(failure: NoReturn["failure"], error?: unknown): NoReturn {
  const detail = details[failure];
  return { ok: false, status: 0, failure, detail, ...(error !== undefined && { error }) };
}
