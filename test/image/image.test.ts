/** CF-14: the image, its content, and containers of it. */
import { randomBytes } from "node:crypto";
import { existsSync, globSync, lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { IMAGE, storage } from "../../scripts/image/engine.ts";
import { cookieClient, dataOf, tokenClient } from "../support/clients.ts";
import { NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { passwordInFile } from "../support/first-admin.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { waitFor } from "../support/wait-for.ts";
import {
  CANARY,
  ownedByUser,
  podman,
  podmanOrThrow,
  runOptions,
  startContainer,
  USER,
} from "./containers.ts";

const AUTH_SECRET = randomBytes(48).toString("base64url");
const SMTP_URL = "smtp://portcullis:hunter2-of-the-mail-server@127.0.0.1:9";
const production = {
  environment: {
    PUBLIC_URL: "https://auth.example.com",
    MAIL_FROM: "auth@example.com",
    SIGNUP: "open",
    AUTH_SECRET_FILE: "/run/secrets/auth_secret",
    SMTP_URL_FILE: "/run/secrets/smtp_url",
  },
  secrets: { auth_secret: `${AUTH_SECRET}\n`, smtp_url: `${SMTP_URL}\n` },
};
const ADA = { email: "ada@example.com", password: PASSWORD };

/** Paths below the folder, those with a dot in front among them, which a glob leaves out. */
function everythingIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" });
}

describe("CF-14 the image", () => {
  interface Config {
    readonly User: string;
    readonly Env: readonly string[];
    readonly Volumes: object;
    readonly StopSignal: string;
    readonly Entrypoint: readonly string[];
    readonly WorkingDir: string;
  }
  interface Inspected {
    readonly Config: Config;
    readonly Healthcheck: { readonly Test: readonly string[] };
    readonly History: unknown;
  }
  let inspected: Inspected;
  let mounted: string;
  beforeAll(() => {
    [inspected] = JSON.parse(podmanOrThrow("image", "inspect", IMAGE)) as [Inspected]; // podman's
    mounted = podmanOrThrow("image", "mount", IMAGE);
  });
  afterAll(() => void podman("image", "unmount", IMAGE));

  test("runs as a user by number, listens to all addresses, ends by SIGTERM, and Node asks for its health", () => {
    const { Config } = inspected;
    expect(Config.User).toBe(`${USER}:${USER}`);
    expect(Config.StopSignal).toBe("SIGTERM");
    expect(Config.Volumes).toEqual({ "/data": {} });
    expect(Config.Entrypoint[0]).toBe("node");
    expect(inspected.Healthcheck.Test.slice(0, 2)).toEqual(["CMD", "node"]);
    const names = Config.Env.map((each) => each.split("=")[0]);
    // No DATABASE_URL: it would be a second one beside DATABASE_URL_FILE.
    expect(names.sort()).toEqual(["HOST", "NODE_ENV", "PATH"]);
    expect(Config.Env).toContain("HOST=0.0.0.0");
    expect(Config.Env).toContain("NODE_ENV=production");
  });

  test("has what runs, and nothing of those who made it", () => {
    const app = join(mounted, "opt/portcullis");
    const files = everythingIn(app).filter((path) => lstatSync(join(app, path)).isFile());
    expect(files.length).toBeGreaterThan(300);
    const odd = files.filter((path) =>
      /(?:^|\/)(?:\.git|\.env.*|\.npmrc|\.npm|\.cache|\.?package-lock\.json)(?:\/|$)/.test(path),
    );
    expect(odd).toEqual([]);
    // Ours: no sources, no tests, no scripts.
    const ours = files.filter((path) => path.startsWith("node_modules/portcullis/"));
    expect(
      ours.filter((path) =>
        /(?<!\.d)\.ts$|\.test\.|^[^/]+\/[^/]+\/(?:test|src|scripts|labs)\//.test(path),
      ),
    ).toEqual([]);
    const packages = globSync(["*", "@*/*"], { cwd: join(app, "node_modules") });
    const developers = Object.keys({
      ...packageJson.devDependencies,
      ...packageJson.optionalDependencies,
    });
    expect(packages.filter((name) => developers.includes(name))).toEqual([]);
    expect(packages).toContain("portcullis");
    // The other end of the base: neither npm nor a shell is needed.
    expect(existsSync(join(mounted, "bin/sh"))).toBe(false);
    const bytes = files.reduce((sum, path) => sum + statSync(join(app, path)).size, 0);
    expect(bytes).toBeLessThan(50_000_000);
  });

  test("belongs to root, but for the volume, which is its user's alone", () => {
    const data = lstatSync(join(mounted, "data"));
    expect({ uid: data.uid, gid: data.gid, mode: data.mode & 0o7777 }).toEqual({
      uid: USER,
      gid: USER,
      mode: 0o700,
    });
    const all = everythingIn(mounted);
    const changeable = all.filter((path) => {
      const { uid, gid, mode } = lstatSync(join(mounted, path));
      const isLink = (mode & 0o170000) === 0o120000;
      return path !== "data" && !isLink && (uid !== 0 || gid !== 0 || (mode & 0o6022) !== 0);
    });
    expect(all.length).toBeGreaterThan(1_000);
    expect(changeable).toEqual([]);
  });

  test("has no secret that was near its build, in no layer and in no word of its history", () => {
    expect(JSON.stringify(inspected)).not.toContain(CANARY);
    const kept = everythingIn(storage)
      .map((path) => join(storage, path))
      .filter((path) => lstatSync(path).isFile() && lstatSync(path).size < 5_000_000);
    expect(kept.length).toBeGreaterThan(1_000);
    expect(kept.filter((path) => readFileSync(path).includes(CANARY))).toEqual([]);
  });
});

describe("CF-14 a container, read-only and without capabilities", () => {
  test("signs somebody up and in, keeps them over a restart, and ends by SIGTERM with 0 within ten seconds", async () => {
    const data = ownedByUser(temporaryFolder());
    const first = await startContainer({ ...production, data });
    const api = tokenClient(first.baseUrl);
    expect((await api.signup(ADA)).status).toBe(201);
    const pair = dataOf(await api.tokenLogin(ADA));
    const headers = { authorization: `Bearer ${pair.accessToken}` };
    expect(dataOf(await api.getTokenMe({}, { headers })).email).toBe(ADA.email);
    const wrong = await api.tokenLogin({ ...ADA, password: NEW_PASSWORD });
    expect(wrong.status).toBe(401);

    const who = first.exec(
      "node",
      "-p",
      "[process.getuid(), process.getgid(), process.getgroups()]",
    );
    expect(who.stdout.replaceAll(/\s/g, "")).toBe(`[${USER},${USER},[${USER}]]`);
    expect(
      readFileSync(
        `/proc/${podmanOrThrow("inspect", "--format", "{{.State.Pid}}", first.id)}/status`,
        "utf8",
      ),
    ).toMatch(new RegExp(`^Uid:\\t${USER}\\t${USER}\\t${USER}\\t${USER}$`, "m"));
    const write =
      "try { require('node:fs').writeFileSync('/opt/portcullis/x', '') } catch (e) { console.log(e.code) }";
    expect(first.exec("node", "-e", write).stdout).toBe("EROFS\n");
    expect(existsSync(join(data, "portcullis.db"))).toBe(true);
    expect(statSync(join(data, "portcullis.db"))).toMatchObject({ uid: USER });

    const stopping = performance.now();
    expect(first.stop()).toBe(0);
    expect(performance.now() - stopping).toBeLessThan(10_000);
    expect(first.logs()).toContain('"event":"server_stopped"');
    for (const secret of [AUTH_SECRET, SMTP_URL, "hunter2-of-the-mail-server", PASSWORD])
      expect(first.logs()).not.toContain(secret);

    const second = await startContainer({ ...production, data });
    const renewed = await tokenClient(second.baseUrl).tokenRefresh({
      refreshToken: pair.refreshToken,
    });
    expect(renewed.status).toBe(200);
    expect((await tokenClient(second.baseUrl).tokenLogin(ADA)).status).toBe(200);
    expect(second.stop()).toBe(0);
  });

  test("is unhealthy where its server is not there, answers something else, or nothing", async () => {
    const { id, health } = await startContainer({
      ...production,
      data: ownedByUser(temporaryFolder()),
    });
    expect(health()).toBe(0);
    const healthy = "/opt/portcullis/healthy.js";
    expect(podman("exec", "--env", "PORT=1", id, "node", healthy).code).toBe(1);
    expect(
      podman("exec", "--env", "PUBLIC_URL=https://auth.example.com/elsewhere", id, "node", healthy)
        .code,
    ).toBe(1);
    for (const HOST of ["localhost", "127.0.0.1", ""])
      expect(podman("exec", "--env", `HOST=${HOST}`, id, "node", healthy).code).toBe(0);
    podmanOrThrow("kill", "--signal", "STOP", id);
    expect(podman("exec", id, "node", healthy).code).not.toBe(0);
    podmanOrThrow("kill", "--signal", "CONT", id);
  });

  test("refuses to start without its settings, in lines that name them", () => {
    const ended = podman("run", "--rm", ...runOptions({}), IMAGE);
    expect(ended.code).toBe(1);
    expect(ended.stdout).toBe("");
    for (const name of ["PUBLIC_URL", "AUTH_SECRET", "SMTP_URL", "MAIL_FROM"])
      expect(ended.stderr).toContain(`Setting ${name} is required in production\n`);
  });

  test("LG-08 for a look at it, below production: the administrator's password is in the volume until it is used", async () => {
    const data = ownedByUser(temporaryFolder());
    const container = await startContainer({ data, environment: { NODE_ENV: "development" } });
    const { email, password } = passwordInFile(data);
    expect(container.logs()).toContain("Password in /data/first-admin\n");
    expect(container.logs()).not.toContain(password);
    const { user } = dataOf(await cookieClient(container.baseUrl).login({ email, password }));
    expect(user.role).toBe("admin");
    await waitFor(() => (existsSync(join(data, "first-admin")) ? undefined : true));
  });

  test("runs the operator's commands beside the server", async () => {
    const container = await startContainer({ ...production, data: ownedByUser(temporaryFolder()) });
    const portcullis = "/opt/portcullis/node_modules/.bin/portcullis";
    const made = container.exec(
      "node",
      portcullis,
      "admin",
      "create",
      "grace@example.com",
      "--generate",
    );
    expect(made.stderr).toContain("grace@example.com is an administrator\n");
    expect(container.exec("node", portcullis, "admin", "list").stdout).toContain(
      "grace@example.com",
    );
  });
});
