/**
 * Types of the web platform, where the program that uses the client has them: from TypeScript's DOM library, or from the
 * types of its runtime. Where it has neither, the least that the client's own types need.
 */

/** The class of that name, if there is one. */
type Global<Name extends string, Otherwise> = typeof globalThis extends {
  readonly [K in Name]: { readonly prototype: infer Instance };
}
  ? Instance
  : Otherwise;

export type WebHeaders = Global<
  "Headers",
  { get(name: string): string | null; has(name: string): boolean; getSetCookie(): string[] }
>;
export type WebResponse = Global<
  "Response",
  { readonly status: number; readonly url: string; readonly headers: WebHeaders }
>;
export type WebRequest = Global<
  "Request",
  {
    readonly method: string;
    readonly url: string;
    readonly headers: WebHeaders;
    text(): Promise<string>;
  }
>;
export type WebAbortSignal = Global<"AbortSignal", { readonly aborted: boolean }>;

/** The part that `storageTokens` uses of `localStorage` and `sessionStorage`. */
export interface WebStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}
