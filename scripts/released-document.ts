/**
 * `npm run check`: the document breaks nobody who relies on the last released one, unless its version
 * says so. `npm run release:document` makes today's document the released one.
 */
import { copyFile, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { unannouncedBreaks, versionOf } from "./document-changes.ts";

const released = fileURLToPath(new URL("../openapi/released.json", import.meta.url));
const current = fileURLToPath(new URL("../openapi/openapi.json", import.meta.url));

const [from, to] = await Promise.all([versionOf(released), versionOf(current)]);
const faults = await unannouncedBreaks(released, current);
for (const fault of faults) console.error(`- ${fault}`);

if (faults.length > 0) {
  console.error(
    `${faults.length} changes break who relies on ${from}, and ${to} does not say so: raise ${from.startsWith("0.") ? "the minor" : "the major"} version in package.json, or keep the promise.`,
  );
  process.exitCode = 1;
} else if (process.argv.includes("--check")) {
  console.log(
    `The document of ${to} breaks nobody who relies on the released ${from} without saying so.`,
  );
} else {
  await release();
}

async function release(): Promise<void> {
  const isSame = (await readFile(released, "utf8")) === (await readFile(current, "utf8"));
  if (isSame) {
    console.log(`${to} is the released document already.`);
  } else if (to === from) {
    console.error(
      `${from} is released, and says something else: raise the version in package.json.`,
    );
    process.exitCode = 1;
  } else {
    await copyFile(current, released);
    console.log(`${to} is now the released document, after ${from}. Commit openapi/released.json.`);
  }
}
