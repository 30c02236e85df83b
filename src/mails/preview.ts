/** A page that shows every mail in every language, for whoever writes templates. */
import { type MailKind, mailKinds } from "../contract/mails.ts";
import type { Message } from "../domain/ports/mails.ts";
import { escapeHtml } from "./layout.ts";
import { compileTemplate, fill } from "./template.ts";
import { exampleMessage, type Languages } from "./templates.ts";

export interface Preview {
  readonly service: string;
  /** The sender of mails, as a mail reader shows it. */
  readonly from: string;
}

/** Makes the page of its template: one file that loads nothing, with the contract's examples in the mails. */
export function renderPreview(
  template: string,
  languages: Languages,
  { service, from }: Preview,
): string {
  const page = compileTemplate(template, {
    required: ["service", "choices", "mails"],
    allowed: [],
  });
  if ("faults" in page) throw new Error(`The preview ${page.faults.join("; ")}`);
  const sections = languages.locales.flatMap((locale) =>
    mailKinds.map((kind) => {
      const message = languages.write(exampleMessage(kind), { locale, languages: null });
      return renderMail(locale, kind, message, from);
    }),
  );
  return fill(page, {
    service: escapeHtml(service),
    choices: [
      renderChoice("language", languages.locales),
      renderChoice("width", ["phone", "wide"]),
      renderChoice("colors", ["light", "dark"]),
      renderChoice("part", ["html", "text"]),
    ].join("\n"),
    mails: sections.join("\n"),
  });
}

/** The mail in a frame of its own, in which no script runs. */
function renderMail(locale: string, kind: MailKind, message: Message, from: string): string {
  const { subject, text, html } = message;
  return `<section lang="${escapeHtml(locale)}" id="${escapeHtml(`${locale}-${kind}`)}">
<h2>${escapeHtml(subject)}</h2>
<p>${escapeHtml(`${kind}, from ${from}`)}</p>
<iframe title="${escapeHtml(kind)}" sandbox="allow-same-origin" srcdoc="${escapeHtml(html)}"></iframe>
<pre>${escapeHtml(text)}</pre>
</section>`;
}

function renderChoice(name: string, values: readonly string[]): string {
  const options = values.map((value, index) => {
    const checked = index === 0 ? " checked" : "";
    const shown = escapeHtml(value);
    return `<label><input type="radio" name="${name}" value="${shown}"${checked}> ${shown}</label>`;
  });
  return `<fieldset>${options.join("\n")}</fieldset>`;
}
