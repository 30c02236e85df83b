/** The frame of a mail's HTML, which every kind shares: `layout.html`. */
import { classesIn, inlineStyles, readStyles, type StyleSheet } from "./inline-styles.ts";
import { compileTemplate } from "./template.ts";

export interface Layout {
  readonly html: string;
  readonly styles: StyleSheet;
}

/** Reads a layout, or answers one sentence for each fault. */
export function readLayout(html: string): Layout | { readonly faults: readonly string[] } {
  const compiled = compileTemplate(html, {
    required: ["subject", "body"],
    allowed: ["locale", "service"],
  });
  if ("faults" in compiled) return compiled;
  return { html: html.replaceAll(/^[ \t]+/gm, ""), styles: readStyles(html) }; // every mail carries it
}

/** Says whether a template brings all its HTML itself. */
export function isWholePage(html: string): boolean {
  return /^\s*<(?:!doctype|html)\b/i.test(html);
}

/** Puts the HTML of a template into the layout, or answers one sentence for each fault. Placeholders stay placeholders. */
export function applyLayout(
  { html, styles }: Layout,
  parts: { readonly locale: string; readonly subject: string; readonly body: string },
): string | { readonly faults: readonly string[] } {
  const unknown = classesIn(parts.body).filter((name) => !styles.classes.has(name));
  if (unknown.length > 0)
    return {
      faults: [...new Set(unknown)].map(
        (name) =>
          `has the class ${name}, which the layout does not know: there are ${[...styles.classes].join(", ")}`,
      ),
    };
  const values: Readonly<Record<string, string>> = { ...parts, subject: escapeHtml(parts.subject) };
  const filled = html.replaceAll(
    /\{(locale|subject|body)\}/g,
    (_, name: string) => values[name] ?? "",
  );
  return inlineStyles(filled, styles);
}

/** For text and for attribute values in quotes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
