/** Compares two documents: a change that breaks callers needs a version number that says so. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { type Json, withoutGains } from "./open-members.ts";

const root = new URL("../../", import.meta.url);
const redocly = fileURLToPath(new URL("node_modules/@redocly/cli/bin/cli.js", root));
const config = fileURLToPath(new URL("openapi/diff.redocly.yaml", root));

/**
 * Lists the changes that break a caller or a reader of the log, one line each. The list is empty where the
 * later version may break them. Throws if the documents cannot be compared.
 */
export async function unannouncedBreaks(released: string, current: string): Promise<string[]> {
  const [from, to] = await Promise.all([versionOf(released), versionOf(current)]);
  return mayBreak(from, to) ? [] : breaksBetween(released, current);
}

/** Tells whether the version may break callers: a new major one may, below 1.0.0 a new minor one (Semver §4, §8). */
export function mayBreak(released: string, current: string): boolean {
  const [from, to] = [numbersOf(released), numbersOf(current)];
  if (to.major !== from.major) return to.major > from.major;
  return to.major === 0 && to.minor > from.minor;
}

function numbersOf(version: string): { readonly major: number; readonly minor: number } {
  const [, major, minor] = /^(\d+)\.(\d+)\.\d+/.exec(version) ?? [];
  if (major === undefined || minor === undefined)
    throw new Error(`${JSON.stringify(version)} is no version`);
  return { major: Number(major), minor: Number(minor) };
}

/** `info.version` of the document in a file. */
export async function versionOf(file: string): Promise<string> {
  const { info } = JSON.parse(await readFile(file, "utf8")) as { info: { version: string } }; // OpenAPI requires it
  return info.version;
}

interface Report {
  readonly changes: readonly {
    readonly path: string;
    readonly verdicts?: readonly { readonly impact: string; readonly message: string }[];
  }[];
}

async function breaksBetween(released: string, current: string): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "portcullis-release-"));
  try {
    const compared = join(folder, "current.json");
    const [from, to] = await Promise.all([documentOf(released), documentOf(current)]);
    await writeFile(compared, JSON.stringify(withoutGains(from, to)));
    return await majorChanges(released, compared);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function documentOf(file: string): Promise<Json> {
  return JSON.parse(await readFile(file, "utf8")) as Json; // whatever JSON can say
}

async function majorChanges(released: string, current: string): Promise<string[]> {
  const options = ["--config", config, "--format", "json", "--fail-on", "none"];
  const child = spawn(process.execPath, [redocly, "diff", released, current, ...options], {
    // Redocly neither reports its use nor asks for a newer version.
    env: { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [output, complaint] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  if (child.exitCode !== 0) throw new Error(`The documents cannot be compared:\n${complaint}`);
  const { changes } = JSON.parse(output) as Report; // Redocly's own format, of the pinned version
  return changes.flatMap(({ path, verdicts }) =>
    (verdicts ?? [])
      .filter(({ impact }) => impact === "major")
      .map(({ message }) => `${message} (${path.replaceAll("~1", "/")})`),
  );
}
