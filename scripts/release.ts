/**
 * `npm run release:document`: makes today's document the released one, openapi/released.json. Refuses where
 * today's breaks callers of the released one and its version does not say so; with `--check`, as
 * `npm run check` runs it, nothing else is done.
 */
import { copyFile, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { unannouncedBreaks, versionOf } from "./release/document-changes.ts";

const released = fileURLToPath(new URL("../openapi/released.json", import.meta.url));
const current = fileURLToPath(new URL("../openapi/openapi.json", import.meta.url));

const [from, to] = await Promise.all([versionOf(released), versionOf(current)]);
const faults = await unannouncedBreaks(released, current);
for (const fault of faults) console.error(`- ${fault}`);

if (faults.length > 0) {
  console.error(
    `${faults.length} changes break callers of ${from}, and the version ${to} does not say so: raise ${from.startsWith("0.") ? "the minor" : "the major"} version in package.json, or keep the promise.`,
  );
  process.exitCode = 1;
} else if (process.argv.includes("--check")) {
  console.log(`The document of ${to} breaks no caller of the released ${from} without saying so.`);
} else {
  await release();
}

async function release(): Promise<void> {
  const isSame = (await readFile(released, "utf8")) === (await readFile(current, "utf8"));
  if (isSame) {
    console.log(`The document of ${to} is the released one already.`);
  } else if (to === from) {
    console.error(
      `The released document of ${from} differs from today's: raise the version in package.json.`,
    );
    process.exitCode = 1;
  } else {
    await copyFile(current, released);
    console.log(`${to} is now the released document, after ${from}. Commit openapi/released.json.`);
  }
}
