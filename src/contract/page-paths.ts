/** Paths of the pages for people. Their tests, links, routes and mails take them from here. */
export const pagePaths = {
  home: "/",
  docs: "/docs",
  signIn: "/sign-in",
  signUp: "/sign-up",
  /** The account of whoever is signed in; its sections are beneath it. */
  account: "/account",
  /** The console of administrators; its sections are beneath it. */
  admin: "/admin",
  /** The published document, which `/docs` shows. */
  document: "/openapi.json",
  /** The index; a problem's own page is beneath it. */
  problems: "/problems",
  reset: "/reset",
  /** Ends a signup, by the link in its mail. */
  confirm: "/confirm",
  /** Proves an address or undoes a change of it, by the link in a mail. */
  email: "/email",
  /** Signs in by the link in a mail. */
  mailLogin: "/login/mail",
} as const;

/** The page that a provider leads back to. Each has one of its own: an answer of one provider is of no use to another (RFC 9700 §4.4.2.2). */
export function providerCallbackPath(providerId: string): `/${string}` {
  return `/login/providers/${providerId}/callback`;
}
