/**
 * `npm run image`: builds the image by buildah, without a daemon and without a registry of images. The base is made of
 * this repository's Node and the libraries it needs, in place of the usual one. Exit code 77 where this machine
 * cannot build one at all, with one line that says why; 1 where the build fails.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runtimeFiles, toolFiles } from "./image/base.ts";
import { buildahOptions, cannotBuild, IMAGE, NOT_TRIED, storage } from "./image/engine.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const bases = `${root}build/image/bases`;

const why = cannotBuild();
if (why !== undefined) {
  console.error(`Not tried: the image, for ${why}`);
  process.exit(NOT_TRIED);
}

// The one package of today: another version beside it would be in the image, too.
for (const name of readdirSync(root).includes("build") ? readdirSync(`${root}build`) : [])
  if (/^portcullis-.*\.tgz$/.test(name)) rmSync(`${root}build/${name}`);
execFileSync("npm", ["run", "--silent", "package"], { cwd: root, stdio: "inherit" });

rmSync(storage, { recursive: true, force: true });
rmSync(bases, { recursive: true, force: true });
writeBase("runtime", runtimeFiles());
writeBase("tools", toolFiles());
buildah("build", "--quiet", "--tag", `${IMAGE}-base`, "--target", "runtime", ...base());
buildah("build", "--quiet", "--tag", `${IMAGE}-install`, "--target", "tools", ...base());
buildah(
  ...["build", "--quiet", "--format", "docker", "--tag", IMAGE, "--file", "Containerfile"],
  ...["--build-arg", `BASE=${IMAGE}-base`, "--build-arg", `INSTALL_BASE=${IMAGE}-install`, "."],
);
console.log(`${IMAGE}, in ${storage}`);

function base(): string[] {
  return ["--file", "scripts/image/base.Containerfile", bases];
}

function writeBase(name: string, files: ReadonlyMap<string, string | Buffer>): void {
  for (const [path, source] of files) {
    const target = `${bases}/${name}${path}`;
    mkdirSync(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    if (typeof source === "string") cpSync(source, target, { recursive: true, dereference: true });
    else writeFileSync(target, source, { mode: 0o755 });
  }
}

function buildah(command: string, ...args: string[]): void {
  const { status } = spawnSync("buildah", [...buildahOptions, command, ...args], {
    cwd: root,
    // Nothing of this shell's environment, which has its own secrets, is there to be copied.
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], BUILDAH_ISOLATION: "chroot" },
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) throw new Error(`buildah ${command} ended with ${status}`);
}
