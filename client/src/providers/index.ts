/**
 * `@portcullis/client/providers`: from a button to the session in two calls, one before the browser leaves for the
 * provider and one on the page that it comes back to; or in one, with a popup. For pages; it can be loaded where there is
 * no browser, and is then `unsupported`. Nothing here rejects for what a user, a provider or a browser does.
 */
import type { Client } from "../client.ts";
import type { Mode } from "../input.ts";
import type { SignIn, SigningMode } from "../login-pending.ts";
import type { Result, Schemas, Success } from "../result.ts";
import type { Failed, Told } from "../told.ts";
import { endLink, endLogin, seeLink, seeLogin } from "./ends.ts";
import type { NoReturn } from "./no-return.ts";
import type { ReturnOptions, StartOptions } from "./options.ts";
import { goThere, takeReturn } from "./ways.ts";

export type { NoReturn } from "./no-return.ts";
export type { ReturnOptions, StartOptions } from "./options.ts";

/**
 * Options that fit the client. The server's own page ends what began with its cookies, which a client with tokens neither
 * keeps nor sends: it needs a page of its own.
 */
export type WayOptions<M extends Mode = "cookies"> = [M] extends ["cookies"]
  ? StartOptions
  : StartOptions & { readonly redirectUri: string };

interface InPopup {
  readonly popup: true;
}
interface InThisWindow {
  readonly popup?: false | undefined;
}

/** All that the calls and the browser can come to. */
export type ProviderResult<R> = Told<R> | NoReturn;
/** The browser is on its way to the provider, or why not. */
export type LeftForProvider = ProviderResult<Result<"startProviderLogin" | "startProviderLink">>;
/** All that a sign-in with a provider can come to. */
export type ProviderSignIn<M extends SigningMode = "cookies"> = ProviderResult<
  SignIn<M, "completeProviderLogin">
> & {
  /** The `returnTo` with which it began, where the provider itself led to this page. */
  readonly returnTo?: string | null | undefined;
};
/** All that a sign-in in a popup can come to. Where the server's own page has ended it with cookies, `data` is the `user`. */
export type PopupSignIn<M extends SigningMode = "cookies"> =
  | ProviderSignIn<M>
  | ProviderResult<
      | Failed<Result<"startProviderLogin" | "getMe">>
      | (M extends "cookies" ? Success<200, Pick<Schemas["Session"], "user">> : never)
    >;
/** All that a link can come to. */
export type ProviderLink = ProviderResult<Result<"completeProviderLink">>;
/** All that a link in a popup can come to. */
export type PopupLink =
  | ProviderLink
  | ProviderResult<
      Failed<Result<"startProviderLink" | "listMyIdentities">> | Success<200, Schemas["Identity"]>
    >;

/**
 * Begins a sign-in: `startProviderLogin`, then the browser leaves for the provider. The page that it comes back to calls
 * `completeProviderLogin`. With `popup` this page stays, and the result is what that call would have answered.
 */
export function startProviderLogin<M extends SigningMode>(
  api: Client<M>,
  options: WayOptions<M> & InPopup,
): Promise<PopupSignIn<M>>;
export function startProviderLogin<M extends SigningMode>(
  api: Client<M>,
  options: WayOptions<M> & InThisWindow,
): Promise<LeftForProvider>;
export async function startProviderLogin(
  api: Client<SigningMode>,
  options: StartOptions,
): Promise<LeftForProvider | PopupSignIn<SigningMode>> {
  const { signal } = options;
  const went = await goThere(options, (input) => api.startProviderLogin(input, { signal }));
  if ("given" in went) return endLogin(api, went, signal);
  return "told" in went ? seeLogin(api, went, signal) : went;
}

/**
 * Ends a sign-in on the page that the browser has come back to: `completeProviderLogin` where the provider itself led
 * here, then `finishLogin` or `finishTokenLogin` where nothing is missing. Undefined where the page's address has nothing
 * of a sign-in. Refuses one that this tab has not begun: somebody else's link would sign in to somebody else's account.
 */
export function completeProviderLogin<M extends SigningMode>(
  api: Client<M>,
  options?: ReturnOptions,
): Promise<ProviderSignIn<M> | undefined>;
export async function completeProviderLogin(
  api: Client<SigningMode>,
  { signal }: ReturnOptions = {},
): Promise<ProviderSignIn<SigningMode> | undefined> {
  const came = takeReturn("login");
  return came && "flow" in came ? endLogin(api, came, signal) : came;
}

/**
 * Begins a link: `startProviderLink`, then the browser leaves. The server's own page ends it, and leads to `returnTo` on its
 * own origin; a `redirectUri` is a page that calls `completeProviderLink`. With `popup` this page stays.
 */
export function startProviderLink<M extends Mode>(
  api: Client<M>,
  options: WayOptions<M> & InPopup,
): Promise<PopupLink>;
export function startProviderLink<M extends Mode>(
  api: Client<M>,
  options: WayOptions<M> & InThisWindow,
): Promise<LeftForProvider>;
export async function startProviderLink(
  api: Client<Mode>,
  options: StartOptions,
): Promise<LeftForProvider | PopupLink> {
  const { signal } = options;
  const went = await goThere(options, (input) => api.startProviderLink(input, { signal }));
  if ("given" in went) return endLink(api, went, signal);
  return "told" in went ? seeLink(api, went, signal) : went;
}

/** Ends a link on the page that the provider led to. Undefined where the page's address has nothing of a link. */
export async function completeProviderLink(
  api: Client<Mode>,
  { signal }: ReturnOptions = {},
): Promise<ProviderLink | undefined> {
  const came = takeReturn("link");
  return came && "flow" in came ? endLink(api, came, signal) : came;
}
