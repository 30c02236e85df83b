/**
 * Links in mails. What a link proves stands in its fragment, which a browser sends to nobody: it reaches no log, and
 * opening the link spends nothing (RS-07). They lead to the pages of the settings, never where a request says (RS-05).
 */
import type { MailPages } from "./ports/dependencies.ts";

/** A link with the token that a page spends once somebody presses its button. */
export function tokenLink(pages: MailPages, page: keyof MailPages, token: string): string {
  return `${pages[page]}#token=${token}`;
}

/** The link that changes an address to the one it is mailed to. */
export function changeLink(pages: MailPages, token: string): string {
  return `${pages.email}#change=${token}`;
}

/** The link that undoes a change of address. */
export function undoLink(pages: MailPages, token: string): string {
  return `${pages.email}#undo=${token}`;
}

/** The link that signs in the browser that asked for it. In another one, its page shows the code to type there (ML-02). */
export function mailLoginLink(pages: MailPages, token: string, code: string): string {
  return `${tokenLink(pages, "mailLogin", token)}&code=${code}`;
}
