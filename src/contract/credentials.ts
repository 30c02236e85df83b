/**
 * The credentials a request can carry. The document, the checks of a request, the SDK and its fake server
 * read them from here; `routes/credentials/` has a file for each that signs somebody in.
 */
import { SESSION_COOKIE } from "./cookies.ts";

interface CredentialDescription {
  /** How the document describes it: a security scheme of OpenAPI. Its name there is the key below. */
  readonly scheme:
    | { readonly type: "apiKey"; readonly in: "cookie"; readonly name: string }
    | { readonly type: "http"; readonly scheme: "bearer"; readonly bearerFormat?: string };
  readonly description: string;
  /** Signs an account in. Otherwise no session and no account is behind it, and no operation lists it in `accepts`. */
  readonly signsIn: boolean;
  /** A browser adds it to requests by itself, also to those that another site makes: a change needs a CSRF proof (CS-01). */
  readonly sentByBrowser: boolean;
  /** Asks for it in `WWW-Authenticate` of a 401 (RFC 9110 §11.6.1); undefined where no HTTP scheme exists, as for a cookie. */
  readonly challenge: string | undefined;
}

export const credentials = {
  session: {
    scheme: { type: "apiKey", in: "cookie", name: SESSION_COOKIE },
    description:
      "The session cookie that `login` sets, and that a browser sends by itself: no page can enter it. Opaque, HttpOnly, Secure, SameSite=Lax.",
    signsIn: true,
    sentByBrowser: true,
    challenge: undefined,
  },
  bearer: {
    scheme: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
    description:
      "For programs. A browser that has signed in by `login` sends its cookie by itself and needs no token. The access token that `tokenLogin` gives: EdDSA, `typ: at+jwt` (RFC9068), checked as RFC8725 asks. Its session is looked up on every request, so that revoking holds at once.",
    signsIn: true,
    sentByBrowser: false,
    challenge: "Bearer",
  },
  metrics: {
    scheme: { type: "http", scheme: "bearer" },
    description:
      "The server's `METRICS_TOKEN`, for `getMetrics` alone: no session and no account is behind it. Without one, metrics are for the server's own machine.",
    signsIn: false,
    sentByBrowser: false,
    challenge: "Bearer",
  },
} as const satisfies Record<string, CredentialDescription>;

export type CredentialName = keyof typeof credentials;
export const credentialNames = Object.keys(credentials) as readonly CredentialName[]; // keys of a literal

/** A credential that an operation can accept: it signs an account in. */
export type Credential = {
  [N in CredentialName]: (typeof credentials)[N]["signsIn"] extends true ? N : never;
}[CredentialName];

/** The credentials that sign an account in, in the order of the catalogue. */
export const signingIn: readonly Credential[] = credentialNames.filter(
  (name): name is Credential => credentials[name].signsIn,
);
