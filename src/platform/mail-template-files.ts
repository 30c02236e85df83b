/** Reads mail templates from the disk. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TemplateFile } from "../mails/templates.ts";

/** The templates that come with us. */
export const shippedTemplates = fileURLToPath(new URL("../mails/", import.meta.url));

/** Reads the files `<locale>/<kind>.json` of a folder. */
export function readTemplateFiles(folder: string): TemplateFile[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name: locale }) =>
      readdirSync(join(folder, locale))
        .filter((name) => name.endsWith(".json"))
        .map((name) => {
          const path = join(folder, locale, name);
          const content = readFileSync(path, "utf8");
          return { locale, kind: name.slice(0, -".json".length), path, content };
        }),
    );
}
