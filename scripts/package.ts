/**
 * `npm run package`: builds the package that is published, in `build/package/`, and packs it as
 * `build/portcullis-<version>.tgz`. The repository's own package.json stays private.
 */
import { execFileSync } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { copyFiles } from "./package/assets.ts";
import { bundleCode } from "./package/bundle.ts";
import { writeManifest } from "./package/manifest.ts";
import { writeTypes } from "./package/types.ts";

const build = new URL("../build/", import.meta.url);
const folder = new URL("package/", build);

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
const imported = await bundleCode(new URL("dist/", folder));
await writeTypes(new URL("dist/index.d.ts", folder));
await copyFiles(folder);
await writeManifest(folder, imported);
const packing = ["pack", fileURLToPath(folder), "--ignore-scripts", "--pack-destination", "."];
const tarball = execFileSync("npm", [...packing, "--silent"], { cwd: build, encoding: "utf8" });
console.log(`build/${tarball.trim()}`);
