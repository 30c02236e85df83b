/**
 * Finds a Chromium once for all files: CHROMIUM_PATH, the packaged one (Linux x64), an installed one.
 * Without any, the tests are skipped, and fail in CI, where a skip would go unseen.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import packaged from "@sparticuz/chromium";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The browser to start, or why there is none. */
    chromium: { readonly path: string } | { readonly missing: string };
  }
}

const INSTALLED_PATHS = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/opt/google/chrome/chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];
/** The packages that the packaged Chromium needs on a bare Debian: its libraries, and a font to draw with. */
const DEBIAN_PACKAGES = "libnss3 libexpat1 fontconfig-config";

let folder: string;

export async function setup(project: TestProject): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), "portcullis-chromium-"));
  const chromium = await findChromium(folder);
  project.provide("chromium", chromium);
  if (!("missing" in chromium)) return;
  if (process.env["CI"]) throw new Error(chromium.missing);
  console.warn(`\nThe browser tests are skipped. ${chromium.missing}\n`);
}

export async function teardown(): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

/** The packaged one is unpacked into the folder. */
export async function findChromium(
  unpackInto: string,
): Promise<{ path: string } | { missing: string }> {
  const chosen = process.env["CHROMIUM_PATH"];
  if (chosen)
    return existsSync(chosen)
      ? { path: chosen }
      : { missing: `CHROMIUM_PATH is no file: ${chosen}` };

  let fault = "";
  if (process.platform === "linux" && process.arch === "x64") {
    const path = await unpack(unpackInto);
    const answer = whyNotStarting(path);
    if (answer === undefined) return { path };
    fault = `\nThe packaged one does not start: ${answer}\nOn Debian: apt-get install ${DEBIAN_PACKAGES}`;
  }
  const installed = INSTALLED_PATHS.find((path) => existsSync(path));
  if (installed !== undefined) return { path: installed };
  return { missing: `No Chromium was found. Install one, or set CHROMIUM_PATH.${fault}` };
}

/** The package unpacks into the temporary folder, and takes whatever is named `chromium` there: so it gets one of its own. */
async function unpack(target: string): Promise<string> {
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = target;
  try {
    return await packaged.executablePath();
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  }
}

function whyNotStarting(path: string): string | undefined {
  try {
    execFileSync(path, ["--version"], { stdio: "pipe" });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
