/** Says what a page says, in the reader's language. The words are there before anything is shown: `startApplication` loads them. */
import type { kit } from "../../messages/en/kit.ts";
import { fill, formOf, type Messages, type Values } from "../../messages/scheme.ts";

export type Language = "en" | "de";
/** Those of the pages, and of the mails that are shipped. */
export const languages: readonly Language[] = ["en", "de"];

let words: Messages = {};
let language: Language = "en";
let locale = "en";

/** The first of the reader's languages that the pages have; with its region, for dates. */
export function chooseLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const found = languages.find((each) => tag.toLowerCase().split("-")[0] === each);
    if (found === undefined) continue;
    locale = isLocale(tag) ? tag : found;
    return (language = found);
  }
  locale = "en";
  return (language = "en");
}

/** False for what a browser takes over from its system, such as `en-US@posix`: `Intl` throws for it. */
function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}

export function learnWords(...messages: readonly Messages[]): void {
  for (const each of messages) words = { ...words, ...each };
}

export function readersLanguage(): Language {
  return language;
}

/** The reader's locale, for `Intl`: `de-AT`. */
export function readersLocale(): string {
  return locale;
}

/** Says a message as text. */
export type Say<M extends Messages> = <K extends keyof M & string>(
  key: K,
  ...values: Values<M[K]>
) => string;

/** Says a message as pieces: for places at which an element stands. */
export type SayParts<M extends Messages> = <K extends keyof M & string, V>(
  key: K,
  ...values: Values<M[K], V | string | number>
) => readonly (string | number | V)[];

/** The two for the words of an application, and of the kit. `const { say } = speaker<typeof signIn>()`. */
export function speaker<Own extends Messages>(): {
  readonly say: Say<Own & typeof kit>;
  readonly sayParts: SayParts<Own & typeof kit>;
} {
  return {
    say: (key, ...[values]) => pieces(key, values).join(""),
    sayParts: (key, ...[values]) => pieces(key, values),
  }; // the keys and places are checked by the types alone
}

/** Says a message of the kit. */
export const { say, sayParts } = speaker<Record<never, never>>();

/** Says what a key stands for that is made when the page runs, such as that of a problem. Undefined where there are no words. */
export function sayIfKnown(
  key: string,
  values?: Readonly<Record<string, string | number>>,
): string | undefined {
  return key in words ? pieces(key, values).join("") : undefined;
}

function pieces<V>(key: string, values: Readonly<Record<string, V>> = {}) {
  const message = words[key];
  if (message === undefined) throw new Error(`There are no words for ${key}`);
  return fill(formOf(message, language, values["count"]), values);
}
