/** The language of a mail. */
import { acceptedRanges, lookUpLanguage } from "../contract/languages.ts";
import type { Reader } from "../domain/ports/mails.ts";

/** The account's own language, else the first that the request accepts, else `fallback`: one of `available`, as it is spelt there. */
export function chooseLocale(
  available: readonly string[],
  { locale, languages }: Reader,
  fallback: string,
): string {
  const ranges = [...(locale === null ? [] : [locale]), ...acceptedRanges(languages ?? "")];
  for (const range of ranges) {
    const found = lookUpLanguage(available, range);
    if (found !== undefined) return found;
  }
  return fallback;
}
