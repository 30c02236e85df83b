/**
 * Values a page's script is given by the server, by the name of the attribute that carries them. `renderPage` writes
 * them into the page, and `given` of `browser/given.ts` reads them there.
 */
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
}
