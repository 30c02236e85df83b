/** The languages that mails are written in, as choices of a select. */
import { languages, readersLocale } from "../kit/words.ts";

/** `chosen` is offered too, where it is another: a language that mails were written in once. */
export function MailLanguages({ chosen = null }: { readonly chosen?: string | null }) {
  const names = new Intl.DisplayNames(readersLocale(), { type: "language" });
  return (
    <>
      {[...new Set([...languages, ...(chosen === null ? [] : [chosen])])].map((tag) => (
        <option key={tag} value={tag}>
          {names.of(tag)}
        </option>
      ))}
    </>
  );
}
