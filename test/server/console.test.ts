/** The settings and the report of an installation, as administrators get them over HTTP: no secret is in either. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "@portcullis/client";
import { expect, inject, onTestFinished, test } from "vitest";
import { listSettings } from "../../src/contract/installation.ts";
import { readEmbeddedSettings } from "../../src/process/embedded-settings.ts";
import { examineWithin } from "../../src/process/doctor/within.ts";
import { installationOf } from "../../src/process/installation.ts";
import { settingNames } from "../../src/process/setting-variables.ts";
import { readSettings } from "../../src/process/settings.ts";
import { leaks } from "../support/canaries.ts";
import { adminClient, dataOf } from "../support/clients.ts";
import { ADMIN } from "../support/credentials.ts";
import { startInProcessServer } from "../support/in-process-server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const secrets = new Map([
  ["AUTH_SECRET", "canary-q7Zk0mE3yq1sJm1n0b8m0Yv8wqk3V1d5"],
  ["ADMIN_PASSWORD", ADMIN.password],
  ["METRICS_TOKEN", "canary-metrics-token-0123456789"],
  ["DATABASE_URL", "canary-database-word"],
  ["SMTP_URL", "canary-mail-word"],
  ["CLIENT_SECRET", "canary-client-secret-0123456789"],
]);
const secret = (name: string) => secrets.get(name) ?? "";

const withSecrets = {
  AUTH_SECRET: secret("AUTH_SECRET"),
  METRICS_TOKEN: secret("METRICS_TOKEN"),
  SMTP_URL: `smtp://portcullis:${secret("SMTP_URL")}@127.0.0.1:2525`,
  MAIL_FROM: "auth@example.com",
  PROVIDERS: "corp",
  PROVIDER_CORP_KIND: "oidc",
  PROVIDER_CORP_ISSUER: "https://login.example.com",
  PROVIDER_CORP_CLIENT_ID: "portcullis",
  PROVIDER_CORP_CLIENT_SECRET: secret("CLIENT_SECRET"),
};
const nothingStored = {
  signingKeys: {
    list: async () => [],
    lockAll: async () => [],
    insertFirst: async () => true,
    retire: async () => undefined,
  },
};

function settingsOf(environment: Record<string, string>) {
  const read = readSettings(environment);
  if ("faults" in read) throw new Error(read.faults.join("; "));
  return read.settings;
}

test("DR-04 with a secret in every setting, listSettings and getDoctorReport answer none of them", async () => {
  const server = await startInProcessServer(withSecrets);
  onTestFinished(() => server.stop());
  const api = await adminClient(server.address);
  const { items } = dataOf(await api.listSettings());
  const report = dataOf(await api.getDoctorReport());
  const answers = new Map([
    ["settings", JSON.stringify(items)],
    ["report", JSON.stringify(report)],
  ]);
  for (const text of answers.values()) expect(text.length).toBeGreaterThan(500);
  expect(leaks(answers, secrets)).toEqual([]);
  const secretNames = items.filter((item) => item.secret).map(({ name }) => name);
  expect(secretNames.sort()).toEqual(
    [
      ...["ADMIN_PASSWORD", "AUTH_SECRET", "DATABASE_URL", "METRICS_TOKEN"],
      ...["PROVIDER_CORP_CLIENT_SECRET", "SMTP_URL"],
    ].sort(),
  );
  for (const item of items)
    if (item.secret) expect(item).toMatchObject({ value: null, source: "environment" });
  const checks = [...new Set(report.findings.map(({ check }) => check))];
  const own = ["settings", "weak_settings", "node", "disk", "files", "backup", "signing_keys"];
  expect(checks).toEqual(own);
});

test("DR-04 a secret that somebody put where none belongs is taken out of both", async () => {
  const settings = settingsOf({
    ...withSecrets,
    DATABASE_URL: `postgres://portcullis:${secret("DATABASE_URL")}@db.example.com/x?sslmode=verify-full`,
    SERVICE_NAME: secret("METRICS_TOKEN"),
    MAIL_TEMPLATES: `/srv/${secret("CLIENT_SECRET")}/${secret("DATABASE_URL")}`,
  });
  const { listSettings: list, reportAt } = installationOf(settings, {
    signingKeys: {
      ...nothingStored.signingKeys,
      list: () => Promise.reject(new Error(`no entry for ${secret("DATABASE_URL")}`)),
    },
  });
  const report = await reportAt(Date.now());
  const answers = new Map([
    ["settings", JSON.stringify(list())],
    ["report", JSON.stringify(report)],
  ]);
  expect(report.status).toBe("wrong");
  expect(leaks(answers, secrets)).toEqual([]);
});

test("listSettings has every setting, as it is in force, and tells where it comes from", async () => {
  const folder = temporaryFolder();
  const file = join(folder, "secret");
  writeFileSync(file, secret("AUTH_SECRET"), { mode: 0o600 });
  const { AUTH_SECRET: _, ...others } = withSecrets;
  const settings = settingsOf({
    ...others,
    AUTH_SECRET_FILE: file,
    SESSION_TTL: "7200",
    LIMIT_LOGIN_IP: "7/60",
    CORS_ORIGINS: " https://app.example.com",
    NODE_ENV: "development",
  });
  const items = installationOf(settings, nothingStored).listSettings();
  const shown = new Map(items.map((item) => [item.name, item]));
  const names = settingNames.filter((name) => !name.endsWith("_FILE"));
  for (const name of names) expect([name, shown.has(name)]).toEqual([name, true]);
  expect(listSettings.responses[200].body.safeParse({ items }).error).toBeUndefined();
  const of = (name: string) => {
    const { value, source } = shown.get(name) ?? {};
    return [value, source];
  };
  expect(of("AUTH_SECRET")).toEqual([null, "file"]);
  expect(of("ADMIN_PASSWORD")).toEqual([null, "default"]);
  expect(of("SESSION_TTL")).toEqual(["7200", "environment"]);
  expect(of("LIMIT_LOGIN_IP")).toEqual(["7/60", "environment"]);
  expect(of("CORS_ORIGINS")).toEqual([" https://app.example.com", "environment"]);
  expect(of("LIMIT_LOGIN_EMAIL")).toEqual(["5/60", "default"]);
  expect(of("PORT")).toEqual(["3000", "default"]);
  expect(of("TRUST_PROXY")).toEqual(["none", "default"]);
  expect(of("SIGNUP")).toEqual(["open", "default"]);
  expect(of("DOCS")).toEqual(["on", "default"]);
  expect(of("PUBLIC_URL")).toEqual(["http://localhost:3000", "default"]);
  expect(of("WEBAUTHN_ORIGINS")).toEqual(["http://localhost:3000", "default"]);
  expect(of("RESET_URL")).toEqual([null, "default"]);
  expect(of("PROVIDER_CORP_KIND")).toEqual(["oidc", "environment"]);
  expect(of("PROVIDER_CORP_LINK")).toEqual(["ask", "default"]);
  expect(of("PROVIDER_CORP_CLIENT_SECRET")).toEqual([null, "environment"]);
});

test("a server that is embedded tells of the settings that it was given, and of no environment", () => {
  const { settings } = readEmbeddedSettings({ NODE_ENV: "test", PORT: 1234 });
  const items = installationOf(settings, nothingStored).listSettings();
  const given = items.filter(({ source }) => source === "environment");
  expect(given.map(({ name, value }) => [name, value])).toEqual([
    ["NODE_ENV", "test"],
    ["PORT", "1234"],
  ]);
  // The data folder has the secret.
  expect(items.find(({ name }) => name === "AUTH_SECRET")).toMatchObject({ source: "generated" });
});

test("the report tells what is weak, and is made once for all who ask in the next seconds", async () => {
  const settings = settingsOf({ ACCESS_TOKEN_TTL: "7200", LIMIT_LOGN_IP: "5/60" });
  let lists = 0;
  const storage = {
    signingKeys: {
      ...nothingStored.signingKeys,
      list: async () => {
        lists += 1;
        return [];
      },
    },
  };
  const { reportAt } = installationOf(settings, storage);
  const now = Date.now();
  const [report] = await Promise.all([reportAt(now), reportAt(now), reportAt(now + 4_999)]);
  await reportAt(now + 4_999);
  expect(lists).toBe(1);
  await reportAt(now + 5_000);
  expect(lists).toBe(2);
  const found = (check: string) => report.findings.filter((finding) => finding.check === check);
  expect(found("settings")).toMatchObject([{ status: "attention", subject: "LIMIT_LOGN_IP" }]);
  expect(found("weak_settings")).toMatchObject([{ subject: "ACCESS_TOKEN_TTL" }]);
  expect(found("signing_keys")).toMatchObject([{ status: "wrong" }]);
  expect(report.status).toBe("wrong");
});

test("the report of a server on PostgreSQL leaves out the disk, which it cannot see", async () => {
  const settings = settingsOf({ DATABASE_URL: inject("postgresUrl") });
  const report = await examineWithin(settings, nothingStored, (text) => text, Date.now());
  expect(report.findings.map(({ check }) => check)).not.toContain("disk");
});

test("nobody but an administrator sees settings, report, overview or keys", async () => {
  const server = await startInProcessServer();
  onTestFinished(() => server.stop());
  const { cookie } = await server.newLogin();
  for (const path of ["/settings", "/doctor-report", "/overview", "/signing-keys"]) {
    expect((await server.send("GET", path)).status).toBe(401);
    expect((await server.send("GET", path, { cookie })).status).toBe(403);
  }
  const api = createClient({ baseUrl: server.address });
  expect((await api.listSettings()).status).toBe(401);
});
