/** `npm run gate:spectral`: the document against the OWASP API Security rules, exceptions in `spectral.yaml`. */
import { fileURLToPath } from "node:url";
import { documentFile, gate, installedTool, runProgram } from "./gate.ts";

const ruleset = fileURLToPath(new URL("spectral.yaml", import.meta.url));

await gate(
  "spectral",
  "the document keeps the OWASP rules of Spectral, without an error or a warning",
  async () => {
    const spectral = await installedTool("@stoplight/spectral-cli/dist/index.js");
    const options = ["--ruleset", ruleset, "--fail-severity", "warn", "--format", "text"];
    const { exitCode, output } = await runProgram(spectral, "lint", documentFile, ...options);
    if (exitCode === 0) return [];
    return output.trim().split("\n");
  },
);
