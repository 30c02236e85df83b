/** The size of each application as a browser gets it: its HTML, and every file that the HTML names, gzipped. */
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { renderApplication } from "../../src/pages/application.ts";
import { applicationNames, type ApplicationName } from "../../src/pages/entries.ts";
import type { PageSettings } from "../../src/pages/settings.ts";
import { pageSourceNames } from "../../src/pages/sources.ts";
import { readPageSources } from "../../src/platform/page-sources.ts";
import { pageSettings } from "../../test/support/page-settings.ts";

export interface Size {
  readonly name: ApplicationName;
  /** In the language with the longest words. */
  readonly bytes: number;
  readonly maxBytes: number;
}

/** 1 kB is 1000 bytes. */
const MAX_BYTES = {
  "sign-in": 45_000,
  account: 60_000,
  admin: 60_000,
  links: 48_000,
} as const satisfies Record<ApplicationName, number>;

const providers = [
  { id: "google", name: "Google" },
  { id: "github", name: "GitHub" },
];
const common = pageSettings({ service: "Northwind", hasDocs: false, providers });
/** With a foot, as many deployments have it. */
const settings: PageSettings = {
  ...common,
  given: {
    ...common.given,
    privacyUrl: "https://example.com/privacy",
    termsUrl: "https://example.com/terms",
  },
};

export async function pageSizes(): Promise<readonly Size[]> {
  const sources = await readPageSources(pageSourceNames);
  return Promise.all(
    applicationNames.map(async (name) => {
      const { texts } = renderApplication(name, sources, settings);
      const sizes = await Promise.all(Array.from(texts.values(), sizeOf));
      return { name, bytes: Math.max(...sizes), maxBytes: MAX_BYTES[name] };
    }),
  );
}

async function sizeOf(html: string): Promise<number> {
  const names = new Set(
    Array.from(html.matchAll(/"\/pages\/[^/"]+\/([^"]+)"/g), ([, name = ""]) => name),
  );
  const built = new URL("../../src/pages/built/", import.meta.url);
  const files = await Promise.all([...names].map((name) => readFile(new URL(name, built))));
  return [Buffer.from(html), ...files].reduce((sum, file) => sum + gzipSync(file).length, 0);
}
