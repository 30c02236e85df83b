/** All templates: what is wrong with them, and mails written by them. */
import { z } from "zod";
import { examplesOf } from "../contract/examples.ts";
import {
  commonMailFields,
  type MailKind,
  type MailMessage,
  mails,
  secretMailFields,
} from "../contract/mails.ts";
import type { MailTemplates, Message } from "../domain/ports/mails.ts";
import { chooseLocale } from "./language.ts";
import { escapeHtml, frame } from "./layout.ts";
import { compileTemplate, fill, type Template } from "./template.ts";
import { createWording, valuesOf, type Wording } from "./values.ts";

/** A template file, as it was read. */
export interface TemplateFile {
  readonly locale: string;
  /** Its name, without `.json`. */
  readonly kind: string;
  /** Its path, for whoever has to mend it. */
  readonly path: string;
  readonly content: string;
}

export interface TemplateOptions {
  /** SERVICE_NAME: the placeholder `{service}`. */
  readonly service: string;
  /** MAIL_LOCALE. */
  readonly fallback: string;
}

interface CompiledTemplate {
  readonly subject: Template;
  readonly text: Template;
  readonly html: Template;
}

interface Language {
  readonly wording: Wording;
  readonly templates: Readonly<Record<MailKind, CompiledTemplate>>;
}

export const mailKinds = Object.keys(mails) as MailKind[]; // its own keys

/** Compiles the files, of which the later one counts where two are of one kind and language. Answers a sentence for each fault. */
export function compileTemplates(
  files: readonly TemplateFile[],
  { service, fallback }: TemplateOptions,
): MailTemplates | { readonly faults: readonly string[] } {
  const languages = new Map<string, Language>();
  const faults: string[] = [];
  for (const locale of new Set(files.map((file) => file.locale))) {
    const templates: Partial<Record<MailKind, CompiledTemplate>> = {};
    for (const kind of mailKinds) {
      const file = files.findLast((each) => each.locale === locale && each.kind === kind);
      if (file === undefined) {
        faults.push(`${locale} has no ${kind}.json`);
        continue;
      }
      const compiled = compileFile(file, kind);
      if ("faults" in compiled)
        faults.push(...compiled.faults.map((fault) => `${file.path}: ${fault}`));
      else templates[kind] = compiled;
    }
    const whole = templates as Record<MailKind, CompiledTemplate>; // or there are faults, and nobody uses it
    languages.set(locale, { wording: createWording(locale), templates: whole });
  }
  if (faults.length > 0) return { faults };
  const locales = [...languages.keys()];
  const usual = languages.get(fallback);
  if (usual === undefined) return { faults: [`no templates for ${fallback}`] };
  return {
    write(message, reader) {
      const language = languages.get(chooseLocale(locales, reader, fallback)) ?? usual;
      return writeWith(language, service, message);
    },
  };
}

function writeWith(
  { wording, templates }: Language,
  service: string,
  message: MailMessage,
): Message {
  const { subject, text, html } = templates[message.kind];
  const values = { ...valuesOf(wording, message), service };
  const escaped = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, escapeHtml(value)]),
  );
  return { subject: fill(subject, values), text: fill(text, values), html: fill(html, escaped) };
}

/** Text may be given as its lines. */
const Lines = z
  .union([z.string(), z.array(z.string())])
  .transform((given) => (typeof given === "string" ? given : `${given.join("\n")}\n`));
const TemplateContent = z.strictObject({ subject: z.string(), text: Lines, html: Lines });

function compileFile(
  { locale, content }: TemplateFile,
  kind: MailKind,
): CompiledTemplate | { readonly faults: readonly string[] } {
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch (error) {
    return { faults: [`is no JSON: ${error instanceof Error ? error.message : String(error)}`] };
  }
  const read = TemplateContent.safeParse(json);
  if (!read.success)
    return {
      faults: read.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`),
    };
  const { subject, text, html } = read.data;
  const fields = Object.keys(mails[kind].shape);
  const secrets: readonly string[] = secretMailFields;
  const told = { required: fields, allowed: commonMailFields };
  const compiled = {
    subject: compileTemplate(subject, {
      required: [],
      allowed: [...fields.filter((name) => !secrets.includes(name)), ...commonMailFields],
    }),
    text: compileTemplate(text, told),
    html: compileTemplate(frame(locale, escapeHtml(subject), html), told),
  };
  const faults = Object.entries(compiled).flatMap(([field, result]) =>
    "faults" in result ? result.faults.map((fault) => `${field} ${fault}`) : [],
  );
  if (faults.length > 0) return { faults };
  return compiled as CompiledTemplate; // none has faults
}

/** A mail of the kind with the examples of the contract, to look at. */
export function exampleMessage(kind: MailKind): MailMessage {
  const fields = Object.entries(mails[kind].shape).map(([name, schema]) => [
    name,
    examplesOf(schema as z.ZodType)[0],
  ]);
  return { kind, ...Object.fromEntries(fields) } as MailMessage; // an example for each field of the kind
}
