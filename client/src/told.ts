/** Results of several calls and of what the browser does between them. */

/** A failure of a call has no `detail` of its own: its problem has one. */
export type Told<R> = R extends { readonly ok: false } ? R & { readonly detail?: undefined } : R;

export type Failed<R> = Exclude<R, { readonly ok: true }>;
