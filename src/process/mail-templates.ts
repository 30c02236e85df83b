/** The mail templates of the settings, compiled. */
import type { MailTemplates } from "../domain/ports/mails.ts";
import { compileTemplates } from "../mails/templates.ts";
import { readTemplateFiles, shippedTemplates } from "../platform/mail-template-files.ts";
import { StartRefusedError } from "./start-refused.ts";

/** Throws a `StartRefusedError` with a line for each fault. */
export function openMailTemplates(): MailTemplates {
  const compiled = compileTemplates(readTemplateFiles(shippedTemplates), {
    service: "Portcullis",
    fallback: "en",
  });
  if (!("faults" in compiled)) return compiled;
  throw new StartRefusedError(compiled.faults.map((fault) => `Mail template ${fault}`).join("\n"));
}
