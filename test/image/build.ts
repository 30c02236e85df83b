/** Builds the image once for all tests. Where this machine cannot, says so and ends with `NOT_TRIED`: no test has failed, and none has passed. */
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { cannotRun, NOT_TRIED } from "../../scripts/image/engine.ts";
import { CANARY } from "./containers.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** Where a person keeps secrets, beside what is copied. */
const strays = [".env", "build/.env", "scripts/image/.env"].map((path) => `${root}${path}.canary`);

export function setup(): void {
  const status = buildAmidSecrets();
  if (status === NOT_TRIED) process.exit(NOT_TRIED);
  if (status !== 0) throw new Error("The image was not built");
  const why = cannotRun();
  if (why === undefined) return;
  console.error(`Not tried: the image was built and not run, for ${why}`);
  process.exit(NOT_TRIED);
}

/** Answers the exit code. The secrets that lay about are gone afterwards. */
function buildAmidSecrets(): number | null {
  mkdirSync(`${root}build`, { recursive: true });
  for (const path of strays) writeFileSync(path, `AUTH_SECRET=${CANARY}\n`);
  try {
    return spawnSync("npm", ["run", "--silent", "image"], {
      cwd: root,
      env: { ...process.env, AUTH_SECRET: CANARY, npm_config_canary: CANARY },
      stdio: ["ignore", "inherit", "inherit"],
    }).status;
  } finally {
    for (const path of strays) rmSync(path, { force: true });
  }
}
