/** `portcullis doctor` beside real installations: one that is good, and each bad one. */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { doctorCheckNames } from "../../src/contract/doctor.ts";
import {
  type CertificateAuthority,
  createCertificateAuthority,
  noOpenssl,
} from "../support/certificate-authority.ts";
import { cookieClient, dataOf } from "../support/clients.ts";
import { runScript } from "../support/commands.ts";
import { ADMIN } from "../support/credentials.ts";
import { type Environment, production, runDoctor } from "../support/doctor.ts";
import { type OddProxy, startOddProxy } from "../support/odd-proxy.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";
import { startTlsMailServer, type TlsMailServer } from "../support/tls-mail-server.ts";

describe.skipIf(noOpenssl)("a good installation", () => {
  let authority: CertificateAuthority;
  let proxy: OddProxy;
  let mail: TlsMailServer;
  let server: ServerProcess;
  let environment: Environment;

  beforeAll(async () => {
    authority = createCertificateAuthority();
    proxy = await startOddProxy({ certificate: authority.issue() });
    mail = await startTlsMailServer({ certificate: authority.issue() });
    const settings = {
      ...production,
      NODE_EXTRA_CA_CERTS: authority.file,
      PUBLIC_URL: proxy.url,
      TRUST_PROXY: "loopback",
      SMTP_URL: `smtp://portcullis:canary-mail-password@localhost:${mail.port}`,
      METRICS_TOKEN: "canary-metrics-token-0123456789",
    };
    server = await startServerProcess({ environment: settings });
    proxy.target = server.baseUrl;
    environment = { ...settings, DATABASE_URL: `sqlite:${server.databaseFile}` };
    mkdirSync(join(server.folder, "backups"));
    writeFileSync(join(server.folder, "backups", "today.db"), "a backup", { mode: 0o600 });
  });
  afterAll(async () => {
    await server.dispose();
    await mail.close();
    proxy.close();
    authority.remove();
  });

  test("every line is ok, each check has one, and the exit code is 0", async () => {
    const { code, report, bad, stderr } = await runDoctor(environment);
    expect(bad).toEqual([]);
    expect(report.findings.map(({ check }) => check)).toEqual(
      doctorCheckNames.filter((check) => check !== "mail_sent"),
    );
    expect(report).toMatchObject({ status: "ok", publicUrl: proxy.url });
    expect([code, stderr]).toEqual([0, ""]);
    expect(mail.received).toEqual([]);
    expect(mail.passwords).toContain("canary-mail-password");
  });

  test("the screen fits into 80 columns, says the same, and has no colours where there is no terminal", async () => {
    const { code, stdout } = await runScript("doctor", [], environment);
    expect(code).toBe(0);
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    expect(stdout).not.toContain("\u001b");
    for (const check of doctorCheckNames.filter((each) => each !== "mail_sent"))
      expect(stdout).toMatch(new RegExp(`^ok +${check} `, "m"));
    expect(stdout).toMatch(/^24 ok$/m);
  });

  test("--send-mail-to sends one mail, and no other run does", async () => {
    const { bad, report } = await runDoctor(environment, ["--send-mail-to", "ada@example.com"]);
    expect(bad).toEqual([]);
    expect(report.findings.filter(({ check }) => check === "mail_sent")).toHaveLength(1);
    expect(mail.received).toHaveLength(1);
    expect(mail.received[0]).toContain("To: ada@example.com");
  });

  test("DR-03 it changes no byte of the folder, and no row, beside a running server", async () => {
    const before = contentOf(server.folder);
    expect(before.size).toBeGreaterThan(4); // database, its log and index, the lock, a backup
    await runDoctor(environment);
    expect(contentOf(server.folder)).toEqual(before);
  });

  test("DR-03 nobody's limit is taken: what an address may ask for afterwards is as before", async () => {
    const admin = cookieClient(server.baseUrl);
    dataOf(await admin.login(ADMIN));
    const before = rowsOf(server, ["limits", "events", "sessions", "users", "mails", "jobs"]);
    await runDoctor(environment);
    expect(rowsOf(server, ["limits", "events", "sessions", "users", "mails", "jobs"])).toEqual(
      before,
    );
  });
});

/** Every file beneath the folder: its mode, and a hash of its bytes. */
function contentOf(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  return new Map(
    files.map((name) => {
      const path = join(folder, name);
      const hash = createHash("sha256").update(readFileSync(path)).digest("hex");
      return [name, `${statSync(path).mode.toString(8)} ${hash}`];
    }),
  );
}

function rowsOf({ databaseFile }: ServerProcess, tables: readonly string[]) {
  const database = new DatabaseSync(databaseFile, { readOnly: true });
  try {
    return tables.map((table) => [table, database.prepare(`select * from ${table}`).all()]);
  } finally {
    database.close();
  }
}
