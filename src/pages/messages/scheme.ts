/**
 * The scheme of words for people. English is the schema: every other language has its keys, each with the same places.
 * `{name}` is the place of a value. A message that counts has forms by `Intl.PluralRules`, and the place `{count}`.
 */

export type Message = string | Plural;
/** At least `other`; a language adds the forms that it has. */
export type Plural = { readonly other: string } & Partial<
  Readonly<Record<Exclude<Intl.LDMLPluralRule, "other">, string>>
>;
export type Messages = Readonly<Record<string, Message>>;

/** The places of a text. */
type Names<S> = S extends `${string}{${infer N}}${infer Rest}` ? N | Names<Rest> : never;
/** The places of a message, those of all its forms. */
export type Places<M> = M extends string ? Names<M> : M extends Plural ? Names<M[keyof M]> : never;

/** Values for the places of a message; nothing where it has none. */
export type Values<M, V = string | number> = M extends Plural
  ? [values: Readonly<Record<Exclude<Places<M>, "count">, V>> & { readonly count: number }]
  : [Places<M>] extends [never]
    ? []
    : [values: Readonly<Record<Places<M>, V>>];

type Agrees<Schema, Own> = [Places<Own>] extends [Places<Schema>]
  ? [Places<Schema>] extends [Places<Own> | "count"]
    ? Own
    : `lacks {${Exclude<Places<Schema>, Places<Own>>}}`
  : `knows no {${Exclude<Places<Own>, Places<Schema>>}}`;
type Translated<Schema extends Messages, Own> = {
  readonly [K in keyof Schema]: K extends keyof Own ? Agrees<Schema[K], Own[K]> : Message;
} & { readonly [K in Exclude<keyof Own, keyof Schema>]: never };

/** Checks a translation against its schema: `translationOf<typeof kit>()({ … })`. Costs nothing when it runs. */
export function translationOf<Schema extends Messages>() {
  return <const Own extends Messages>(messages: Own & Translated<Schema, Own>): Own => messages;
}

/** The message's text for a number, by the rules of the language. */
export function formOf(message: Message, language: string, count: unknown): string {
  if (typeof message === "string") return message;
  const rule = new Intl.PluralRules(language).select(Number(count));
  return message[rule] ?? message.other;
}

/** The text as pieces: what stands between the places, and the values at them. */
export function fill<V>(
  text: string,
  values: Readonly<Record<string, V>>,
): readonly (string | V)[] {
  const pieces = text.split(/\{(\w+)\}/);
  return pieces.map((piece, at) => (at % 2 === 0 ? piece : (values[piece] ?? `{${piece}}`)));
}
