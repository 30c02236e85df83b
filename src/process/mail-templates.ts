/** The mail templates of the settings, compiled. */
import { mailKinds } from "../contract/mails.ts";
import type { MailTemplates } from "../domain/ports/mails.ts";
import { compileTemplates, type Languages, type TemplateFile } from "../mails/templates.ts";
import {
  readTemplateFolder,
  shippedTemplates,
  type TemplateFolder,
} from "../platform/mail-template-files.ts";
import type { Settings } from "./settings.ts";
import { StartRefusedError } from "./start-refused.ts";

export type MailSettings = Pick<Settings, "MAIL_LOCALE" | "SERVICE_NAME"> &
  Partial<Pick<Settings, "MAIL_TEMPLATES">>;

/**
 * Reads and compiles our templates, and in front of them those of MAIL_TEMPLATES. Every mail is written once.
 * Throws a `StartRefusedError` with a line for each fault.
 */
export function openMailTemplates(settings: MailSettings): Languages {
  const { MAIL_TEMPLATES, MAIL_LOCALE: fallback, SERVICE_NAME: service } = settings;
  const shipped = readTemplateFolder(shippedTemplates);
  const own = MAIL_TEMPLATES === undefined ? undefined : readOwn(MAIL_TEMPLATES);
  const layout = own?.layout ?? shipped.layout;
  if (layout === undefined) throw new Error("There is no layout for mails");
  const strays = own?.files.flatMap(strayFault) ?? [];
  if (strays.length > 0) throw refused(strays);
  const files = [...shipped.files, ...(own?.files ?? [])];
  const locales = new Set(files.map(({ locale }) => locale));
  if (!locales.has(fallback))
    throw new StartRefusedError(
      `Setting MAIL_LOCALE must be a language that has templates: ${[...locales].join(", ")}`,
    );
  const compiled = compileTemplates({ files, layout }, { service, fallback });
  if ("faults" in compiled) throw refused(compiled.faults);
  return compiled;
}

/** Templates that are opened for the first mail: compiling them takes a tenth of a short command's time. */
export function mailTemplatesOnDemand(settings: MailSettings): MailTemplates {
  let opened: MailTemplates | undefined;
  return {
    write: (message, reader) => (opened ??= openMailTemplates(settings)).write(message, reader),
  };
}

function readOwn(folder: string): TemplateFolder {
  try {
    return readTemplateFolder(folder);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartRefusedError(
      `Setting MAIL_TEMPLATES names a folder that cannot be read: ${reason}`,
    );
  }
}

/** A name that is none of ours would have no effect, and nobody would know. */
function strayFault({ locale, kind, path }: TemplateFile): string[] {
  if (!isLocale(locale))
    return [`${path}: ${locale} is no language tag such as fr or pt-BR, in its usual spelling`];
  if (!mailKinds.some((known) => known === kind))
    return [`${path}: there is no such kind of mail; there are ${mailKinds.join(", ")}`];
  return [];
}

/** RFC 5646, in the spelling that §4.5 makes canonical, so that no language is there twice. */
function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag)[0] === tag;
  } catch {
    return false;
  }
}

function refused(faults: readonly string[]): StartRefusedError {
  const lines = faults.map((fault) => `Setting MAIL_TEMPLATES has a fault in ${fault}`);
  return new StartRefusedError([...lines, "docs/mails.md describes the templates."].join("\n"));
}
