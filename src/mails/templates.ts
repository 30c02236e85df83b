/** All templates: what is wrong with them, and mails written by them. */
import type { z } from "zod";
import { examplesOf } from "../contract/examples.ts";
import { mailKinds, type MailKind, type MailMessage, mails } from "../contract/mails.ts";
import type { MailTemplates, Message } from "../domain/ports/mails.ts";
import { chooseLocale } from "./language.ts";
import { escapeHtml, readLayout } from "./layout.ts";
import { fill } from "./template.ts";
import { compileFile, type CompiledTemplate } from "./template-file.ts";
import { createWording, valuesOf, type Wording } from "./values.ts";

/** A template file, as it was read. */
export interface TemplateFile {
  /** The folder it is in. */
  readonly locale: string;
  /** Its name, without `.json`. */
  readonly kind: string;
  /** Its path, for whoever has to mend it. */
  readonly path: string;
  readonly content: string;
}

export interface TemplateSet {
  /** The later one counts where two are of one kind and language. */
  readonly files: readonly TemplateFile[];
  readonly layout: Pick<TemplateFile, "path" | "content">;
}

export interface MailWords {
  /** SERVICE_NAME: the placeholder `{service}`. */
  readonly service: string;
  /** MAIL_LOCALE: the language of those who have said none. */
  readonly fallback: string;
}

/** Templates, and the languages that there are. */
export interface Languages extends MailTemplates {
  readonly locales: readonly string[];
}

interface Language {
  readonly wording: Wording;
  readonly templates: Readonly<Record<MailKind, CompiledTemplate>>;
}

/** Compiles the files, and writes each mail once. Answers a sentence for each fault, which begins with the file. */
export function compileTemplates(
  { files, layout: layoutFile }: TemplateSet,
  { service, fallback }: MailWords,
): Languages | { readonly faults: readonly string[] } {
  const layout = readLayout(layoutFile.content);
  if ("faults" in layout)
    return { faults: layout.faults.map((fault) => `${layoutFile.path}: ${fault}`) };
  const faults: string[] = [];
  const languages = new Map<string, Language>();
  for (const locale of new Set(files.map((file) => file.locale))) {
    const templates: Partial<Record<MailKind, CompiledTemplate>> = {};
    for (const kind of mailKinds) {
      const file = files.findLast((each) => each.locale === locale && each.kind === kind);
      const compiled = file && compileFile(file.content, kind, locale, layout);
      if (file === undefined || compiled === undefined)
        faults.push(`${locale}/${kind}.json: is missing, and a language has every kind of mail`);
      else if ("faults" in compiled)
        faults.push(...compiled.faults.map((fault) => `${file.path}: ${fault}`));
      else templates[kind] = compiled;
    }
    if (isWhole(templates)) languages.set(locale, { wording: createWording(locale), templates });
  }
  if (faults.length > 0) return { faults };

  const locales = [...languages.keys()];
  const write: MailTemplates["write"] = (message, reader) => {
    const language = languages.get(chooseLocale(locales, reader, fallback));
    if (language === undefined) throw new Error(`There are no mails in ${fallback}`);
    return writeIn(language, message, service);
  };
  for (const locale of locales)
    for (const kind of mailKinds) write(exampleMessage(kind), { locale, languages: null });
  return { locales, write };
}

function isWhole(templates: Partial<Language["templates"]>): templates is Language["templates"] {
  return mailKinds.every((kind) => templates[kind] !== undefined);
}

function writeIn({ wording, templates }: Language, message: MailMessage, service: string): Message {
  const { subject, text, html } = templates[message.kind];
  const values = { ...valuesOf(wording, message), service };
  const escaped: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) escaped[name] = escapeHtml(value);
  return { subject: fill(subject, values), text: fill(text, values), html: fill(html, escaped) };
}

/** A mail of the kind with the contract's examples, to look at. */
export function exampleMessage(kind: MailKind): MailMessage {
  const shape: Readonly<Record<string, z.ZodType>> = mails[kind].shape;
  const fields = Object.entries(shape).map(([name, schema]) => [name, examplesOf(schema)[0]]);
  return { kind, ...Object.fromEntries(fields) } as MailMessage; // an example for each field of the kind
}
