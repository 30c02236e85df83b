/** `npm run check`: everything that can be said of the code without running it. All steps run, whatever fails. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { delimiter } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

interface Step {
  readonly name: string;
  /** Command lines, one after the other; the step fails where one does. */
  readonly commands: readonly string[];
}

const steps: readonly Step[] = [
  {
    name: "types",
    commands: [
      "tsc -p .",
      "tsc -p client",
      "tsc -p client/test",
      "tsc -p packages/http",
      "tsc -p examples",
    ],
  },
  {
    name: "types of 7",
    // The client's users compile it with the compiler they have: this is the one after ours.
    commands: ["client", "client/test"].map(
      (project) => `node node_modules/typescript7/bin/tsc -p ${project}`,
    ),
  },
  { name: "snippets", commands: ["node scripts/snippets.ts"] },
  { name: "size", commands: ["node scripts/client-size.ts"] },
  { name: "lint", commands: ["eslint --max-warnings 0 ."] },
  { name: "format", commands: ["prettier --check ."] },
  { name: "drift", commands: ["node scripts/openapi.ts --check"] },
  { name: "docs", commands: ["node scripts/docs.ts --check"] },
  { name: "package", commands: ["node scripts/check-package.ts"] },
  { name: "document", commands: ["redocly lint openapi/openapi.json"] },
  { name: "released", commands: ["node scripts/released-document.ts --check"] },
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

/** Runs a tool from node_modules, on the Node that came with it, and keeps what it says. */
async function run(command: string): Promise<{ isGood: boolean; output: string }> {
  const child = spawn(`${command} 2>&1`, {
    shell: true,
    cwd: root,
    env: {
      ...process.env,
      PATH: `${tools}${delimiter}${process.env["PATH"] ?? ""}`,
      // Checking sends nothing and asks nobody.
      REDOCLY_TELEMETRY: "off",
      REDOCLY_SUPPRESS_UPDATE_NOTICE: "true",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [output] = await Promise.all([text(child.stdout), once(child, "close")]);
  return { isGood: child.exitCode === 0, output };
}
