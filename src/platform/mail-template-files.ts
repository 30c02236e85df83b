/** Reads mail templates from the disk. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TemplateFile } from "../mails/templates.ts";
import { codeFile } from "./files.ts";

/** The templates that come with us. */
export const shippedTemplates = fileURLToPath(codeFile("mails/shipped/"));

/** Reads the page that shows all mails, as a template. */
export function readPreviewPage(): string {
  return readFileSync(codeFile("mails/preview.html"), "utf8");
}

export interface TemplateFolder {
  readonly files: readonly TemplateFile[];
  readonly layout: Pick<TemplateFile, "path" | "content"> | undefined;
}

/**
 * Reads the files `<locale>/<kind>.json` of a folder, and its `layout.html` if there is one. Throws where a file or
 * the folder cannot be read. Hidden files, and all that are no `.json`, may lie beside them.
 */
export function readTemplateFolder(folder: string): TemplateFolder {
  const read = (path: string) => ({ path, content: readFileSync(join(folder, path), "utf8") });
  const files = readdirSync(folder)
    .filter((name) => name[0] !== "." && statSync(join(folder, name)).isDirectory())
    .flatMap((locale) =>
      readdirSync(join(folder, locale))
        .filter((name) => name[0] !== "." && name.endsWith(".json"))
        .map((name) => ({
          locale,
          kind: name.slice(0, -".json".length),
          ...read(`${locale}/${name}`),
        })),
    );
  const layout = existsSync(join(folder, "layout.html")) ? read("layout.html") : undefined;
  return { files, layout };
}
