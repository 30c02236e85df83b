/** docs/getting-started.md, typed as it stands into a shell beside a real server. */
import { execFile, execFileSync } from "node:child_process";
import { readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { startServerProcess } from "../support/server-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const [, major, minor] = /^curl (\d+)\.(\d+)/.exec(curlVersion()) ?? [];
const hasCurl = Number(major) > 7 || (Number(major) === 7 && Number(minor) >= 82);

function curlVersion(): string {
  try {
    return execFileSync("curl", ["--version"], { encoding: "utf8" });
  } catch {
    return "";
  }
}

test("README.md begins with the first two blocks of getting-started.md, which the next test runs", async () => {
  const [readme = [], page = []] = await Promise.all(
    ["README.md", "docs/getting-started.md"].map(async (name) =>
      (await readFile(join(root, name), "utf8")).match(/^```sh\n.*?^```/gms),
    ),
  );
  expect(readme?.slice(0, 2)).toEqual(page?.slice(0, 2));
});

test.skipIf(!hasCurl)(
  "getting-started.md: its commands do what it says, in its order",
  async () => {
    const server = await startServerProcess({ environment: { ADMIN_EMAIL: "admin@example.com" } });
    onTestFinished(() => server.dispose());
    const folder = temporaryFolder();
    await symlink(join(root, "node_modules"), join(folder, "node_modules"));

    // The one thing that differs: port 3000 may be somebody else's.
    const text = await readFile(join(root, "docs/getting-started.md"), "utf8");
    const page = text.replaceAll("http://localhost:3000", server.baseUrl);
    const blocks = [...page.matchAll(/^```(sh|js)\n(.*?)^```/gms)].map(
      ([, language, code = ""]) => ({
        language,
        code,
      }),
    );
    expect(blocks.map(({ language }) => language)).toEqual(["sh", "sh", "sh", "sh", "js", "sh"]);
    const [start, ...rest] = blocks;
    expect(start?.code).toBe("npm ci && npm start\n");
    const program = rest.find(({ language }) => language === "js");
    await writeFile(join(folder, "quickstart.mjs"), program?.code ?? "");
    const shell = rest
      .flatMap(({ language, code }) => (language === "sh" ? code : []))
      .join("\n")
      // The client of this repository runs from its sources in tests: building it is the consumer tests' part.
      .replace("npm run build --workspace client\nnode ", "node --conditions=source ")
      // Where one answer ends, which a terminal shows by a person's next line.
      .replaceAll(/^(?:node|curl) .*$/gm, (command) => `${command}; echo; echo --`);

    const { stdout } = await promisify(execFile)("bash", ["-euc", shell], {
      cwd: folder,
      env: { PATH: process.env["PATH"], HOME: folder },
    });
    const [signup, login, me, logout, after, token, quickstart, end] = stdout.split("--\n");
    expect(
      [signup, login, me, after, token].map((answer) => JSON.parse(answer ?? "")),
    ).toMatchObject([
      { email: "ada@example.com", role: "user" },
      { user: { email: "ada@example.com" } },
      { email: "ada@example.com" },
      { status: 401, code: "unauthenticated" },
      { email: "ada@example.com" },
    ]);
    expect(logout).toMatch(/^HTTP\/1\.1 204 /);
    expect(quickstart).toMatch(/email: 'grace@example\.com'[^]*\n401\n/);
    expect(end).toBe("");
  },
);
