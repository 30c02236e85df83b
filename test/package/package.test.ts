/** The package as its users get it: its content, its types, and the server and the commands on every Node that is supported. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { swaggerFileNames } from "../../src/platform/files.ts";
import { pagePaths } from "../../src/contract/page-paths.ts";
import { builtFiles } from "../../src/pages/built/files.ts";
import { builtFilePath } from "../../src/pages/page-files.ts";
import { ADMIN, PASSWORD } from "../support/credentials.ts";
import { type Installation, install, residentMegabytes, root, run, tarball } from "./installed.ts";

let installed: Installation;
beforeAll(() => {
  installed = install();
});
afterAll(() => installed.dispose());

const inPackage = (path: string) => join(installed.folder, "node_modules/portcullis", path);
const read = (path: string) => readFileSync(path, "utf8");
const database = (name: string) => ({
  DATABASE_URL: `sqlite:${join(installed.folder, name)}/portcullis.db`,
});
const administrator = { ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password };

describe("the tarball", () => {
  const files = () =>
    execFileSync("tar", ["tzf", tarball], { encoding: "utf8" })
      .split("\n")
      .filter((path) => path !== "")
      .map((path) => path.replace(/^package\//, ""));

  it("installs without a warning, and without an install script among what it needs", () => {
    expect(installed.said).not.toMatch(/warn|script|deprecated/i);
    const lock = JSON.parse(read(join(installed.folder, "package-lock.json"))) as {
      readonly packages: Record<string, { readonly hasInstallScript?: boolean }>;
    };
    const withScript = Object.entries(lock.packages)
      .filter(([, each]) => each.hasInstallScript === true)
      .map(([path]) => path);
    expect(withScript).toEqual([]);
  });

  it("has code, documents and what belongs to them, and nothing of tests, tools or sources", () => {
    const allowed = [
      /^(?:package\.json|README\.md|CHANGELOG\.md|LICENSE|openapi\/openapi\.json)$/,
      /^docs\/[\w@/-]+\.(?:md|svg|conf|yml|yaml|json|service)$/,
      /^dist\/[\w-]+\.js(?:\.map)?$/,
      /^dist\/index\.d\.ts$/,
      /^dist\/(?:pages\/browser\/[\w-]+\.(?:html|css)|pages\/built\/[\w-]+\.(?:js|css|svg))$/,
      /^dist\/mails\/(?:preview|shipped\/layout)\.html$/,
      /^dist\/mails\/shipped\/[a-z]{2}\/\w+\.json$/,
      /^dist\/swagger-ui\/[\w.-]+$/,
      /^dist\/licenses\/(?:kysely|zod)\.txt$/,
    ];
    expect(files().filter((path) => !allowed.some((shape) => shape.test(path)))).toEqual([]);
  });

  it("names no path of the machine that built it", () => {
    const places = [root.replace(/\/$/, ""), homedir(), installed.folder].filter(
      (place) => place.length > "/root".length,
    );
    for (const path of files()) {
      const text = read(inPackage(path));
      expect(places.filter((place) => text.includes(place))).toEqual([]);
    }
  });

  it("has a manifest of the repository's versions, without scripts and without Node", () => {
    const manifest = JSON.parse(read(inPackage("package.json"))) as typeof packageJson & {
      readonly dependencies: { readonly rou3: string };
    };
    const { version, license, dependencies } = packageJson;
    expect(manifest).toMatchObject({ name: "portcullis", version, license, type: "module" });
    expect(manifest.engines).toEqual({ node: ">=22.18" });
    expect(Object.keys(manifest)).not.toEqual(
      expect.arrayContaining(["scripts", "optionalDependencies", "devDependencies", "private"]),
    );
    const { "swagger-ui-dist": _copied, ...ours } = dependencies;
    const { rou3, ...others } = manifest.dependencies;
    expect(others).toEqual(ours);
    expect(rou3).toBe(JSON.parse(read(join(root, "packages/http/package.json"))).dependencies.rou3);
  });

  it("has the Swagger UI of the installed swagger-ui-dist, with its licence and its notices", () => {
    const notices = ["LICENSE", "NOTICE", "swagger-ui-bundle.js.LICENSE.txt"];
    for (const name of [...swaggerFileNames, ...notices])
      expect(
        readFileSync(inPackage(`dist/swagger-ui/${name}`)).equals(
          readFileSync(join(root, "node_modules/swagger-ui-dist", name)),
        ),
        name,
      ).toBe(true);
  });

  it("has nothing that publint or Are The Types Wrong object to, as ES modules alone", () => {
    const tool = (name: string) => join(root, "node_modules/.bin", name);
    expect(run(root, tool("publint"), "run", tarball, "--strict")).toContain("All good!");
    run(root, tool("attw"), tarball, "--profile", "esm-only", "--format", "ascii");
  });

  it("has a source map beside each file of code, with paths of the repository and the sources themselves", () => {
    const code = files()
      .filter((path) => /^dist\/[\w-]+\.js$/.test(path))
      // Some name the exports of another file, and have no statement of their own.
      .filter(
        (path) => !/^(?:import|export) [^\n]+\n(?:export [^\n]+\n?)?$/.test(read(inPackage(path))),
      );
    expect(code.length).toBeGreaterThan(10);
    for (const path of code) {
      const { sources, sourcesContent } = JSON.parse(read(inPackage(`${path}.map`)));
      expect(sources.length).toBe(sourcesContent.length);
      for (const source of sources) expect(source).toMatch(/^(?:src|packages|node_modules)\//);
    }
  });

  it("is as small as docs/installing.md says", () => {
    const bounds = new Map(
      [
        ...read(join(root, "docs/installing.md")).matchAll(/^\| ([^|]+?) +\| ([\d.]+) MB +\|/gm),
      ].map(([, what = "", megabytes]) => [what, Number(megabytes)]),
    );
    const measured = new Map([
      ["The package, packed", statSync(tarball).size / 1e6],
      ["Installed, with all that it needs", installed.megabytes],
    ]);
    for (const [what, megabytes] of measured) {
      expect(megabytes, what).toBeLessThanOrEqual(bounds.get(what) ?? 0);
      expect(megabytes, what).toBeGreaterThan((bounds.get(what) ?? 0) * 0.7);
    }
  });
});

describe.each(["typescript", "typescript7"])("its types under %s", (compiler) => {
  const compile = (text: string) => {
    const compilerOptions = {
      target: "es2023",
      lib: ["es2023"],
      module: "nodenext",
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
      types: ["node"],
      typeRoots: [join(root, "node_modules/@types")],
      noEmit: true,
    };
    writeFileSync(join(installed.folder, "program.mts"), text);
    const project = { compilerOptions, files: ["program.mts"] };
    writeFileSync(join(installed.folder, "tsconfig.json"), JSON.stringify(project));
    const tsc = join(root, "node_modules", compiler, "bin/tsc");
    return run(installed.folder, process.execPath, tsc, "-p", ".");
  };

  it("hold for a careful program, and refuse a setting that is misspelt", () => {
    expect(compile(EMBEDDING)).toBe("");
    expect(() => compile(EMBEDDING.replace("BCRYPT_COST", "BCRYPT_COSTS"))).toThrow("error TS");
    expect(() => compile(EMBEDDING.replace("clientAddress", "address"))).toThrow("error TS");
  });
});

it("is imported by another program, which answers with it", () => {
  writeFileSync(join(installed.folder, "program.mjs"), EMBEDDING);
  const said = run(installed.folder, process.execPath, "program.mjs");
  expect(said.trim().split("\n").at(-1)).toBe("200 nobody");
});

const EMBEDDING = `
import { createPortcullis } from "portcullis";

const auth = createPortcullis(
  { NODE_ENV: "development", DATABASE_URL: "sqlite:embedded/portcullis.db", BCRYPT_COST: 10 },
  { log: () => undefined, warn: () => undefined },
);
await auth.start();
const request = new Request("http://localhost:3000/healthz");
const answer = await auth.fetch(request, { clientAddress: "192.0.2.1" });
const person = await auth.sessionOf(request);
console.log(answer.status, person?.email ?? "nobody");
await auth.close();
`;

describe.each(["node-22", "node-24", "node-26"] as const)("npx portcullis on %s", (node) => {
  it("signs somebody up and in, shows pages and docs, and knows the session after a restart", async () => {
    const environment = { ...database(node), ...administrator };
    const email = "ada@example.com";
    const server = await installed.start(node, environment);
    const post = (path: string, body: object) =>
      fetch(`${server.baseUrl}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    expect((await post("/signup", { email, password: PASSWORD })).status).toBe(201);
    // By the thread that counts guesses.
    const guessable = await post("/signup", {
      email: "b@example.com",
      password: "password1234567",
    });
    expect(await guessable.text()).toContain("too_guessable");
    const login = await post("/login", { email, password: PASSWORD });
    expect(login.status).toBe(200);
    const cookie = login.headers
      .getSetCookie()
      .map((each) => each.split(";")[0])
      .join("; ");
    const pages = [
      "/",
      "/problems",
      "/docs",
      "/docs/init.js",
      "/openapi.json",
      "/reset",
      "/confirm",
    ];
    const loaded = [
      ...swaggerFileNames.map((name) => `/docs/${name}`),
      ...builtFiles.names.map(builtFilePath),
    ];
    for (const path of [...pages, "/sign-in", "/account", ...loaded]) {
      const answer = await fetch(`${server.baseUrl}${path}`);
      expect([path, answer.status]).toEqual([path, 200]);
      expect((await answer.arrayBuffer()).byteLength, path).toBeGreaterThan(100);
    }
    // The console names the commands as they are called here.
    const console = await (await fetch(`${server.baseUrl}${pagePaths.admin}`)).text();
    expect(console).toContain("npx portcullis keys rotate");
    expect(console).not.toContain("npm run");
    const first = await server.stop();
    expect(first.stderr).toContain(`Portcullis ${packageJson.version} is ready`);
    expect(first.stderr).not.toMatch(/warning|experimental|flag/i);

    const again = await installed.start(node, environment);
    const me = await fetch(`${again.baseUrl}/me`, { headers: { cookie } });
    expect([me.status, await me.json()]).toEqual([200, expect.objectContaining({ email })]);
    await again.stop();
  });
});

it("npx portcullis on Node 20 ends with one line that says which Node it needs", async () => {
  const ended = await installed.npx("node-20", []);
  expect(ended).toMatchObject({ code: 1, stdout: "" });
  expect(ended.stderr.trim()).toBe(
    "Portcullis needs Node 22.18 or newer, and this is 20.20.2: install one, from https://nodejs.org or as your system does.",
  );
});

describe("its commands", () => {
  const portcullis = (...words: string[]) =>
    installed.npx("node-22", words, { ...database("commands"), ...administrator });

  it("migrate, backup, admin, users, keys and mails do what they do in the repository", async () => {
    expect((await portcullis("migrate")).stdout).toMatch(/the schema is the latest\n$/);
    const made = await portcullis("admin", "create", "ada@example.com", "--generate");
    expect(made.stderr).toMatch(
      /^ada@example\.com is an administrator\nPassword, shown this once: /,
    );
    expect((await portcullis("admin", "list")).stdout).toContain("ada@example.com");
    expect((await portcullis("users", "disable", "ada@example.com")).code).toBe(1);
    expect((await portcullis("keys", "rotate")).stderr).toContain("signs from now on");
    expect((await portcullis("mails", "mails.html")).code).toBe(0);
    expect(read(join(installed.folder, "mails.html"))).toContain("<html");
    expect((await portcullis("backup", "backup.db")).stderr).toContain("integrity ok");
    expect(existsSync(join(installed.folder, "backup.db"))).toBe(true);
  });

  it("--help and --version answer; what is not understood is one line, as somebody types it who has the package", async () => {
    const help = await portcullis("--help");
    expect(help).toMatchObject({ code: 0, stderr: "" });
    for (const name of [
      "start",
      "admin",
      "users",
      "keys",
      "mails",
      "migrate",
      "backup",
      "doctor",
    ]) {
      expect(help.stdout).toContain(`  npx portcullis ${name} `);
      const usage = await portcullis(name, "--help");
      expect(usage.stdout).toMatch(new RegExp(`^npx portcullis ${name}`));
      expect(`${help.stdout}${usage.stdout}`).not.toContain("npm run");
    }
    expect((await portcullis("--version")).stdout).toBe(`${packageJson.version}\n`);
    expect(await portcullis("usres", "list")).toMatchObject({
      code: 2,
      stdout: "",
      stderr: "There is no command usres: did you mean users? (npx portcullis --help)\n",
    });
  });
});

/** As docs/installing.md and the bench have it: production, on a database that is there, nobody signing in. */
it.runIf(process.platform === "linux")(
  "idles within the memory that docs/installing.md states",
  async () => {
    const [, stated] =
      /^\| Idle, at its second start +\| (\d+) MB +\|/m.exec(
        read(join(root, "docs/installing.md")),
      ) ?? [];
    const environment = {
      ...database("idle"),
      ...administrator,
      NODE_ENV: "production",
      AUTH_SECRET: "q0T2mJ8vXc4nRz6LwYb1Kd7HsFg3PaUe9iMxQkVtBoCy",
      PUBLIC_URL: "https://auth.example.com",
      SMTP_URL: "smtp://localhost:2525",
      MAIL_FROM: "auth@example.com",
    };
    await (await installed.start("node-24", environment)).stop();
    const server = await installed.start("node-24", environment);
    await sleep(2_000);
    const megabytes = residentMegabytes(server.pid);
    await server.stop();
    expect(megabytes).toBeLessThanOrEqual(Number(stated));
    expect(readdirSync(join(installed.folder, "idle"))).toContain("portcullis.db");
  },
);
