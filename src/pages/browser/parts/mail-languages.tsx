/** The languages that mails are written in, as choices of a select. */
import { readersLocale } from "../kit/words.ts";

const tags = ["en", "de"];

/** `chosen` is offered too, where it is another: a language that mails were written in once. */
export function MailLanguages({ chosen = null }: { readonly chosen?: string | null }) {
  const names = new Intl.DisplayNames(readersLocale(), { type: "language" });
  return (
    <>
      {[...new Set([...tags, ...(chosen === null ? [] : [chosen])])].map((tag) => (
        <option key={tag} value={tag}>
          {names.of(tag)}
        </option>
      ))}
    </>
  );
}
