/** One template file, judged: `<locale>/<kind>.json` with `subject`, `text` and `html`. */
import { z } from "zod";
import { commonMailFields, type MailKind, mails, secretMailFields } from "../contract/mails.ts";
import { applyLayout, isWholePage, type Layout } from "./layout.ts";
import { compileTemplate, placeholdersIn, type Template } from "./template.ts";

export interface CompiledTemplate {
  readonly subject: Template;
  readonly text: Template;
  readonly html: Template;
}

interface Faults {
  readonly faults: readonly string[];
}

const WORDS = "must be a string, or a list of strings, which are its lines";
/** A text of many lines is readable in JSON as a list of them. */
const Lines = z
  .union([z.string(), z.array(z.string())], { error: WORDS })
  .transform((given) => (typeof given === "string" ? given : `${given.join("\n")}\n`))
  .refine((text) => text.trim() !== "", { error: "is empty" });
const TemplateContent = z.strictObject(
  {
    subject: z
      .string({ error: "must be a string" })
      .regex(/^[^\p{Cc}]*\S[^\p{Cc}]*$/u, { error: "must be one line, and not empty" }),
    text: Lines,
    html: Lines,
  },
  { error: (issue) => (issue.code === "invalid_type" ? "must be an object" : undefined) },
);

/** Compiles the content of a file, or answers one sentence for each fault: the field, and what is wrong with it. */
export function compileFile(
  content: string,
  kind: MailKind,
  locale: string,
  layout: Layout,
): CompiledTemplate | Faults {
  const read = parse(content);
  if ("faults" in read) return read;
  const fields = Object.keys(mails[kind].shape);
  const subject = compileSubject(read.subject, fields);
  const text = compileText(read.text, fields);
  // A subject's faults would be those of the layout too, which has a place for it.
  const heading = "faults" in subject ? "" : read.subject;
  const html = compileHtml(read.html, heading, fields, locale, layout);
  if ("faults" in subject || "faults" in text || "faults" in html)
    return {
      faults: Object.entries({ subject, text, html }).flatMap(([field, result]) =>
        "faults" in result ? result.faults.map((fault) => `${field} ${fault}`) : [],
      ),
    };
  return { subject, text, html };
}

function parse(content: string): z.output<typeof TemplateContent> | Faults {
  let json: unknown;
  try {
    json = JSON.parse(content.replace(/^\uFEFF/, "")); // as editors on Windows begin a file
  } catch (error) {
    return { faults: [`is no JSON: ${error instanceof Error ? error.message : String(error)}`] };
  }
  const read = TemplateContent.safeParse(json);
  if (read.success) return read.data;
  return {
    faults: read.error.issues.map((issue) => {
      if (issue.code === "unrecognized_keys")
        return `has ${issue.keys.join(", ")}: there are subject, text and html`;
      return `${issue.path.join(".")} ${issue.message}`.trim();
    }),
  };
}

const isSecret = (name: string) => secretMailFields.some((secret) => secret === name);

function compileSubject(subject: string, fields: readonly string[]): Template | Faults {
  const told = placeholdersIn(subject);
  const secrets = fields.filter((name) => isSecret(name) && told.has(name));
  if (secrets.length > 0)
    return {
      faults: secrets.map(
        (name) => `has {${name}}: mail servers log subjects, and locked screens show them`,
      ),
    };
  const allowed = [...fields.filter((name) => !isSecret(name)), ...commonMailFields];
  return compileTemplate(subject, { required: [], allowed });
}

function compileText(text: string, fields: readonly string[]): Template | Faults {
  const compiled = compileTemplate(text, { required: fields, allowed: commonMailFields });
  if ("faults" in compiled) return compiled;
  const lines = text.split(/\r?\n/);
  const crowded = fields
    .filter(isSecret)
    .filter((name) => lines.some((line) => line.includes(`{${name}}`) && line !== `{${name}}`));
  if (crowded.length === 0) return compiled;
  return { faults: crowded.map((name) => `must have {${name}} on a line of its own`) };
}

function compileHtml(
  html: string,
  subject: string,
  fields: readonly string[],
  locale: string,
  layout: Layout,
): Template | Faults {
  const told = { required: fields, allowed: commonMailFields };
  const compiled = compileTemplate(html, told); // before the layout: its faults are not the file's
  if ("faults" in compiled) return compiled;
  const bare = /=\s*(\{\w+\})/.exec(html)?.[1];
  if (bare !== undefined) return { faults: [`has ${bare} as an attribute without quotes`] };
  if (isWholePage(html)) return compiled;
  const page = applyLayout(layout, { locale, subject, body: html });
  return typeof page === "string" ? compileTemplate(page, told) : page;
}
