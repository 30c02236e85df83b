/** The files that start Portcullis elsewhere, and docs/deploying.md: their settings are read as the server reads them. */
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { z } from "zod";
import { parseTrustedProxies } from "../../src/platform/client-address.ts";
import { providerVariableEnds } from "../../src/process/provider-names.ts";
import { settingNames } from "../../src/process/setting-variables.ts";
import { readSettings } from "../../src/process/settings.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const root = new URL("../../", import.meta.url).pathname;
const read = (path: string) => readFileSync(join(root, path), "utf8");
const containerfile = read("Containerfile");
/** Variables that the image sets. */
const ofImage = Object.fromEntries(
  Array.from(containerfile.matchAll(/^ENV ([A-Z_]+)=(\S+)$/gm), ([, name = "", value = ""]) => [
    name,
    value,
  ]),
);

/** The files of `secrets/`, as docs/deploying.md has them made. */
const password = randomBytes(32).toString("hex");
const secrets: Readonly<Record<string, string>> = {
  auth_secret: `${randomBytes(48).toString("base64")}\n`,
  metrics_token: `${randomBytes(32).toString("hex")}\n`,
  smtp_url: "smtps://portcullis:password@mail.example.com",
  database_password: `${password}\n`,
  database_url: `postgres://portcullis:${password}@database/portcullis?sslmode=disable`,
};

/** Reads the environment as a container would, with the files where it has them. Throws where a start would be refused. */
function settingsIn(environment: Readonly<Record<string, string>>) {
  const folder = temporaryFolder();
  const here = Object.entries({ ...ofImage, ...environment }).map(([name, value]) => {
    if (!name.endsWith("_FILE")) return [name, value] as const;
    const path = join(folder, basename(value));
    const content = secrets[basename(value)];
    if (content === undefined) throw new Error(`${name} names ${value}, which nobody has made`);
    writeFileSync(path, content, { mode: 0o400 });
    return [name, path] as const;
  });
  const outcome = readSettings(Object.fromEntries(here));
  if ("faults" in outcome) throw new Error(outcome.faults.join("; "));
  return outcome;
}

const unknown = (names: readonly string[]) => names.filter((name) => !settingNames.includes(name));

const Service = z.object({
  image: z.string(),
  environment: z.record(z.string(), z.string()),
  secrets: z.array(z.string()),
  volumes: z.array(z.string()).default([]),
  networks: z.array(z.string()).default(["default"]),
  ports: z.array(z.string()).default([]),
  healthcheck: z.object({ test: z.array(z.string()) }),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
});
const Compose = z.object({
  services: z.object({
    auth: Service.extend({
      read_only: z.literal(true),
      cap_drop: z.tuple([z.literal("ALL")]),
      security_opt: z.tuple([z.literal("no-new-privileges:true")]),
      stop_grace_period: z.literal("20s"),
    }),
    database: Service.optional(),
  }),
  secrets: z.record(z.string(), z.object({ file: z.string() })),
  volumes: z.record(z.string(), z.null()),
  networks: z.object({
    default: z.object({
      ipam: z.object({ config: z.tuple([z.object({ subnet: z.string(), gateway: z.string() })]) }),
    }),
    inside: z.object({ internal: z.literal(true) }).optional(),
  }),
});

describe.each(["sqlite", "postgresql"])("docs/compose/%s.yaml", (kind) => {
  const compose = Compose.parse(parse(read(`docs/compose/${kind}.yaml`)));
  const { auth, database } = compose.services;

  test("starts, by its settings, without a remark", () => {
    expect(unknown(Object.keys(auth.environment))).toEqual([]);
    const { settings, remarks } = settingsIn(auth.environment);
    expect(remarks).toEqual([]);
    expect(settings).toMatchObject({ NODE_ENV: "production", HOST: "0.0.0.0" });
    expect(settings.database.kind).toBe(kind === "sqlite" ? "sqlite" : "postgres");
  });

  test("has its secrets in files, each declared, handed over and used", () => {
    const services = [auth, database].filter((service) => service !== undefined);
    for (const service of services) {
      const used = Object.values(service.environment)
        .filter((value) => value.startsWith("/run/secrets/"))
        .map((value) => value.slice("/run/secrets/".length));
      expect(used.sort()).toEqual([...service.secrets].sort());
    }
    const handedOver = new Set(services.flatMap((service) => service.secrets));
    expect(Object.keys(compose.secrets).sort()).toEqual([...handedOver].sort());
    for (const [name, { file }] of Object.entries(compose.secrets)) {
      expect(file).toBe(`./secrets/${name}`);
      expect(read("docs/deploying.md")).toContain(`secrets/${name}\n`);
    }
    const inline = /SECRET|PASSWORD|TOKEN|SMTP_URL|DATABASE_URL/;
    const names = services.flatMap((service) => Object.keys(service.environment));
    expect(names.filter((name) => inline.test(name) && !name.endsWith("_FILE"))).toEqual([]);
  });

  test("is reached from this machine alone, and trusts the gateway from which its proxy comes", () => {
    expect(auth.ports).toEqual(["127.0.0.1:3000:3000"]);
    const [{ subnet, gateway }] = compose.networks.default.ipam.config;
    expect(auth.environment["TRUST_PROXY"]).toBe(gateway);
    expect(parseTrustedProxies(subnet)?.(gateway)).toBe(true);
    const trusts = parseTrustedProxies(auth.environment["TRUST_PROXY"] ?? "");
    expect(trusts?.(gateway)).toBe(true);
    expect(trusts?.("172.30.7.2")).toBe(false);
  });

  test("asks for health as the image does, and waits for its database", () => {
    const [, command = "[]"] = /^HEALTHCHECK .*CMD (\[.+\])$/m.exec(containerfile) ?? [];
    expect(auth.healthcheck.test).toEqual([
      "CMD",
      ...z.array(z.string()).parse(JSON.parse(command)),
    ]);
    if (database === undefined) {
      expect(auth.volumes).toEqual(["data:/data"]);
      expect(containerfile).toContain("\nVOLUME /data\n");
      return;
    }
    expect(auth.depends_on).toEqual({ database: { condition: "service_healthy" } });
    const { POSTGRES_USER: user, POSTGRES_DB: name } = database.environment;
    expect(database.healthcheck.test).toEqual([
      "CMD",
      "pg_isready",
      `--username=${user}`,
      `--dbname=${name}`,
    ]);
    const url = new URL(secrets["database_url"] ?? "");
    expect(url).toMatchObject({ username: user, pathname: `/${name}`, hostname: "database" });
    expect(database.networks).toEqual(["inside"]); // and nothing is published
    expect(database.ports).toEqual([]);
    expect(auth.networks).toContain("inside");
  });
});

describe("docs/kubernetes/portcullis.yaml", () => {
  const Probe = z.object({ httpGet: z.object({ path: z.string(), port: z.literal("http") }) });
  const Container = z.object({
    env: z.array(z.object({ name: z.string(), value: z.string() })),
    ports: z.tuple([z.object({ name: z.literal("http"), containerPort: z.number() })]),
    startupProbe: Probe,
    readinessProbe: Probe,
    livenessProbe: Probe,
    securityContext: z.object({
      readOnlyRootFilesystem: z.literal(true),
      allowPrivilegeEscalation: z.literal(false),
      capabilities: z.object({ drop: z.tuple([z.literal("ALL")]) }),
    }),
    volumeMounts: z.tuple([z.object({ mountPath: z.string() })]),
  });
  const Deployment = z.object({
    spec: z.object({
      template: z.object({
        spec: z.object({
          securityContext: z.object({
            runAsNonRoot: z.literal(true),
            runAsUser: z.number(),
            runAsGroup: z.number(),
          }),
          terminationGracePeriodSeconds: z.number(),
          containers: z.tuple([Container]),
        }),
      }),
    }),
  });
  const [deployment] = parseAllDocuments(read("docs/kubernetes/portcullis.yaml"));
  const { spec } = Deployment.parse(deployment?.toJS()).spec.template;
  const [container] = spec.containers;

  test("starts, by its settings, without a remark, with its secrets where they are mounted", () => {
    const environment = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
    expect(unknown(Object.keys(environment))).toEqual([]);
    expect(settingsIn(environment).remarks).toEqual([]);
    const [{ mountPath }] = container.volumeMounts;
    const files = Object.entries(environment).filter(([name]) => name.endsWith("_FILE"));
    expect(files.length).toBe(4);
    expect(files.filter(([, path]) => !path.startsWith(`${mountPath}/`))).toEqual([]);
  });

  test("runs as the image's user, asks the health that is meant, and leaves time to stop", () => {
    const { runAsUser, runAsGroup } = spec.securityContext;
    expect(containerfile).toContain(`\nUSER ${runAsUser}:${runAsGroup}\n`);
    expect(containerfile).toContain(`\nEXPOSE ${container.ports[0].containerPort}\n`);
    expect(container.readinessProbe.httpGet.path).toBe("/readyz");
    expect(container.startupProbe.httpGet.path).toBe("/readyz");
    expect(container.livenessProbe.httpGet.path).toBe("/healthz");
    expect(spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(20);
  });
});

describe("docs/deploying.md", () => {
  const page = read("docs/deploying.md");

  test("names no setting that there is not", () => {
    const ofProviders = providerVariableEnds.map((end) => `PROVIDER_<ID>_${end}`);
    const others = ["BASE", "INSTALL_BASE", "SIGTERM", "NODE_ENV"];
    const known = [...settingNames, ...ofProviders, ...others];
    // In code, with an underscore or before `=`: `HOST=::`, `CORS_ORIGINS`.
    const named = page.match(/\b[A-Z]+(?:_(?:<ID>|[A-Z]+))+\b|\b[A-Z]+(?==)/g) ?? [];
    expect(named.length).toBeGreaterThan(25);
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });

  test("has settings for Fly.io with which it starts", () => {
    const [, table = ""] = /^\[env\]\n([^[]+)/m.exec(page) ?? [];
    const environment = Object.fromEntries(
      Array.from(table.matchAll(/^ +([A-Z_]+) = "(.*)"$/gm), ([, name = "", value = ""]) => [
        name,
        value,
      ]),
    );
    expect(Object.keys(environment)).toHaveLength(3);
    const { AUTH_SECRET = "", SMTP_URL = "" } = {
      AUTH_SECRET: secrets["auth_secret"]?.trim(),
      SMTP_URL: secrets["smtp_url"],
    };
    expect(settingsIn({ ...environment, AUTH_SECRET, SMTP_URL }).remarks).toEqual([]);
  });

  test("speaks of each way what its reader needs: who is trusted, logs, backups, upgrades", () => {
    const ways = page
      .split(/^## /m)
      .filter((part) => /^(?:The same|A machine|Containers|A platform|Kubernetes)/.test(part));
    expect(ways).toHaveLength(5);
    const [same = "", ...each] = ways;
    for (const word of ["PUBLIC_URL", "TRUST_PROXY", "Logs", "upgrade"])
      expect(same).toContain(word);
    for (const way of each)
      for (const word of [/TRUST_PROXY/, /backup/i]) expect(way).toMatch(word);
  });
});
