/** `npm run check`: checks the code without running it. Runs every step, also after one has failed. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { delimiter } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

interface Step {
  readonly name: string;
  /** Command lines, run in this order. The step fails if one of them fails. */
  readonly commands: readonly string[];
}

const steps: readonly Step[] = [
  {
    name: "types",
    commands: [
      "tsc -p .",
      "tsc -p src/pages/browser",
      "tsc -p client",
      "tsc -p client/test",
      "tsc -p packages/http",
      "tsc -p examples",
    ],
  },
  {
    name: "types of 7",
    // The client's users compile it with their own compiler, and TypeScript 7 is the next one after ours.
    commands: ["client", "client/test"].map(
      (project) => `node node_modules/typescript7/bin/tsc -p ${project}`,
    ),
  },
  { name: "snippets", commands: ["node scripts/check/snippets.ts"] },
  {
    name: "size",
    commands: ["node scripts/check/client-size.ts", "node scripts/check/page-sizes.ts"],
  },
  { name: "lint", commands: ["eslint --max-warnings 0 ."] },
  { name: "labs types", commands: ["tsc -p labs"] },
  { name: "labs lint", commands: ["eslint --max-warnings 0 labs"] },
  { name: "format", commands: ["prettier --check ."] },
  { name: "drift", commands: ["node scripts/openapi.ts --check", "node scripts/pages.ts --check"] },
  {
    name: "docs",
    commands: ["node scripts/docs.ts --check", "node scripts/pictures.ts --check"],
  },
  { name: "package", commands: ["node scripts/check/package.ts"] },
  { name: "document", commands: ["redocly lint openapi/openapi.json"] },
  { name: "released", commands: ["node scripts/release.ts --check"] },
];

const root = fileURLToPath(new URL("../", import.meta.url));
const tools = fileURLToPath(new URL("../node_modules/.bin", import.meta.url));

const failed: string[] = [];
for (const { name, commands } of steps) {
  const startedAt = performance.now();
  const complaints: string[] = [];
  for (const command of commands) {
    const { isGood, output } = await run(command);
    if (!isGood) complaints.push(`$ ${command}\n${output}`);
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const isGood = complaints.length === 0;
  console.log(`${isGood ? "ok    " : "FAILED"} ${name.padEnd(10)}${seconds.padStart(6)} s`);
  for (const complaint of complaints) console.log(`\n${complaint.trimEnd()}\n`);
  if (!isGood) failed.push(name);
}
console.log(
  failed.length === 0
    ? `\nAll ${steps.length} steps passed.`
    : `\n${failed.length} of ${steps.length} steps failed: ${failed.join(", ")}.`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

/** Runs a tool from node_modules, with the Node from there, and collects its output. */
async function run(command: string): Promise<{ isGood: boolean; output: string }> {
  const child = spawn(`${command} 2>&1`, {
    shell: true,
    cwd: root,
    env: {
      ...process.env,
      PATH: `${tools}${delimiter}${process.env["PATH"] ?? ""}`,
      // No check reports its use or asks for a newer version.
      REDOCLY_TELEMETRY: "off",
      REDOCLY_SUPPRESS_UPDATE_NOTICE: "true",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [output] = await Promise.all([text(child.stdout), once(child, "close")]);
  return { isGood: child.exitCode === 0, output };
}
