/**
 * Values a page's script is given by the server, by the name of the attribute that carries them. `renderPage` writes
 * them into the page, and `given` of `browser/given.ts` reads them there.
 */
import type { WeakPasswordSentences } from "../contract/password-policy.ts";
import type { providerReturn } from "../contract/provider-return.ts";
import type { Given } from "./given.ts";

/** By page. A page's name is one lower-case word, since it becomes the name of an attribute. */
export interface PageGiven {
  /** Of every application. */
  readonly given: Given;
  readonly docs: {
    /** Name of the cookie that carries the CSRF proof, and of the header that sends it back. */
    readonly csrfCookie: string;
    readonly csrfHeader: string;
    /** Path of the document to show, and of the page itself. */
    readonly documentPath: string;
    readonly docsPath: string;
  };
  readonly reset: NewPasswordForm;
  readonly confirm: NewPasswordForm;
  readonly email: {
    readonly csrfCookie: string;
    readonly csrfHeader: string;
    /** Paths of operations: who is signed in, and one for each kind of link. */
    readonly me: string;
    readonly verify: string;
    readonly change: string;
    readonly undo: string;
  };
  readonly maillogin: {
    /** Paths of the two operations that sign in, one after the other. */
    readonly complete: string;
    readonly finish: string;
    /** Path of the operation that names the passkeys of an account, for its second step. */
    readonly passkey: string;
  };
  readonly provider: {
    /** Of the provider that leads back to this page. */
    readonly id: string;
    readonly name: string;
    readonly names: typeof providerReturn;
    /** Begins the `state` of a link. */
    readonly linkPrefix: string;
    readonly csrfCookie: string;
    readonly csrfHeader: string;
    /** Paths of operations: those that end a flow, then those that end a sign-in, and who is signed in. */
    readonly complete: string;
    readonly link: string;
    readonly finish: string;
    readonly passkey: string;
    readonly me: string;
  };
}

/** For a form with a new password, which is sent with the token of a link. */
interface NewPasswordForm {
  /** Path of the operation that the form calls. */
  readonly action: string;
  readonly weakPassword: WeakPasswordSentences;
}
