import { execFile } from "node:child_process";
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadDevelopmentSecret } from "../../src/platform/auth-secret.ts";

const run = promisify(execFile);
const MODULE = new URL("../../src/platform/auth-secret.ts", import.meta.url).href;
let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "portcullis-secret-")), "data");
});
afterEach(() => rm(join(folder, ".."), { recursive: true }));

test("a secret of 384 random bits is made once, for its owner's eyes only", async () => {
  const secret = await loadDevelopmentSecret(folder);
  expect(Buffer.from(secret, "base64url")).toHaveLength(48);
  expect(await loadDevelopmentSecret(folder)).toBe(secret);
  expect((await stat(join(folder, "auth-secret"))).mode & 0o777).toBe(0o600);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect(await readdir(folder)).toEqual(["auth-secret"]);
});

test("many starts at once get one secret, and never half of it", async () => {
  const secrets = await Promise.all(
    Array.from({ length: 20 }, () => loadDevelopmentSecret(folder)),
  );
  expect(new Set(secrets).size).toBe(1);
  expect(secrets[0]).toHaveLength(64);
  expect(await readdir(folder)).toEqual(["auth-secret"]);
});

test("two processes that start at once get one secret", async () => {
  const script = `import { loadDevelopmentSecret } from ${JSON.stringify(MODULE)};
    process.stdout.write(await loadDevelopmentSecret(${JSON.stringify(folder)}));`;
  const start = () => run(process.execPath, ["--input-type=module", "--eval", script]);
  const [first, second] = await Promise.all([start(), start()]);
  expect(first.stdout).toHaveLength(64);
  expect(second.stdout).toBe(first.stdout);
});

test.each(["", "short", "\n"])(
  "a file that holds %j instead of a secret stops the start",
  async (content) => {
    await loadDevelopmentSecret(folder);
    await writeFile(join(folder, "auth-secret"), content);
    await expect(loadDevelopmentSecret(folder)).rejects.toThrow("holds no secret");
  },
);

test("a secret somebody wrote with an editor may end in a line break", async () => {
  const secret = await loadDevelopmentSecret(folder);
  const file = join(folder, "auth-secret");
  await chmod(file, 0o600);
  await writeFile(file, `${await readFile(file, "utf8")}\n`);
  expect(await loadDevelopmentSecret(folder)).toBe(secret);
});
