/** DR-02: no secret is in the report, whatever is wrong and whoever repeats it. */
import { createServer } from "node:net";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, onTestFinished, test } from "vitest";
import { createRedaction } from "../../../src/process/doctor/redaction.ts";
import { readSettingsDespiteFaults } from "../../../src/process/doctor/settings-despite-faults.ts";
import { leaks } from "../../support/canaries.ts";
import { runScript } from "../../support/commands.ts";
import { production, runDoctor } from "../../support/doctor.ts";
import { startMailServer } from "../../support/mail-server.ts";
import { startOddProxy } from "../../support/odd-proxy.ts";
import { startProvider } from "../../support/provider.ts";
import { PROVIDER_CLIENT } from "../../support/provider.ts";
import { providerSettings } from "../../support/provider-steps.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const secrets = new Map([
  ["AUTH_SECRET", production["AUTH_SECRET"] ?? ""],
  ["ADMIN_PASSWORD", "canary-admin-password"],
  ["METRICS_TOKEN", "canary-metrics-token-0123456789"],
  ["DATABASE_URL", "canary-database-password"],
  ["SMTP_URL", "canary-mail-password"],
  ["CLIENT_SECRET", PROVIDER_CLIENT.clientSecret],
]);
const secret = (name: string) => secrets.get(name) ?? "";

test("DR-02 with a secret in every setting, and everything wrong, none is printed", async () => {
  const refusing = await startMailServer({ at: "AUTH", reply: 535 });
  onTestFinished(() => refusing.close());
  const mirror = await startOddProxy({
    // Sends back all that it is sent.
    instead: (incoming, answer) =>
      answer
        .writeHead(302, { location: `https://x.example/${JSON.stringify(incoming.headers)}` })
        .end(),
  });
  onTestFinished(() => mirror.close());
  const provider = await startProvider();
  onTestFinished(() => provider.close());
  provider.knobs.down = true;
  const database = new URL(inject("postgresUrl"));
  database.password = secret("DATABASE_URL");
  database.username = "nobody";
  const environment = {
    ...production,
    ...providerSettings(provider),
    PUBLIC_URL: mirror.url,
    DATABASE_URL: database.href,
    SMTP_URL: `smtp://portcullis:${secret("SMTP_URL")}@127.0.0.1:${refusing.port}`,
    ADMIN_EMAIL: "ada@example.com",
    ADMIN_PASSWORD: secret("ADMIN_PASSWORD"),
    METRICS_TOKEN: secret("METRICS_TOKEN"),
    TRUST_PROXY: "loopback",
  };
  const json = await runDoctor(environment, ["--send-mail-to", "bob@example.com"]);
  expect(json.bad.length).toBeGreaterThan(6);
  expect(json.bad.join("\n")).toMatch(/mail_login: it refuses/);
  const plain = await runScript("doctor", [], environment);
  const faulty = await runDoctor({
    ...environment,
    AUTH_SECRET: `${secret("AUTH_SECRET")} `,
    METRICS_TOKEN: `"${secret("METRICS_TOKEN")}"`,
    DATABASE_URL: `postgres//${secret("DATABASE_URL")}`,
    SMTP_URL: `smpt://portcullis:${secret("SMTP_URL")}@127.0.0.1`,
  });
  const places = new Map([
    ["json", json.stdout + json.stderr],
    ["screen", plain.stdout + plain.stderr],
    ["faults", faulty.stdout + faulty.stderr],
  ]);
  for (const text of places.values()) expect(text.length).toBeGreaterThan(1000);
  expect(leaks(places, secrets)).toEqual([]);
});

test("DR-02 a developer's made secret is not printed either", async () => {
  const folder = temporaryFolder();
  const made = "made-canary-Zk83nQvR0xLw5TbHc2Yd9Gm7";
  writeFileSync(join(folder, "auth-secret"), made, { mode: 0o644 });
  const { stdout } = await runDoctor({ DATABASE_URL: `sqlite:${join(folder, "x.db")}` });
  expect(stdout).toContain("auth-secret is open to others");
  expect(stdout).not.toContain(made);
});

test("DR-02 a secret that somebody repeats is taken out, in each form that it has", () => {
  const SMTP_URL = "smtp://portcullis:p%40ss%2Fword@mail.example.com";
  const environment = { ...production, SMTP_URL, METRICS_TOKEN: secret("METRICS_TOKEN") };
  const { settings } = readSettingsDespiteFaults(environment);
  const redact = createRedaction(environment, settings, "made-canary");
  const forms = [
    production["AUTH_SECRET"],
    secret("METRICS_TOKEN"),
    "p%40ss%2Fword",
    "p@ss/word",
    btoa("p@ss/word"),
    btoa("\0portcullis\0p@ss/word").replace(/=+$/, ""),
    "made-canary",
  ];
  for (const form of forms)
    expect(redact(`it said ${form}, twice: ${form}`)).toBe("it said …, twice: …");
});

test("what a stranger sends is not obeyed by a terminal", async () => {
  const odd = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.end("HTTP/1.1 302 Found\r\nLocation: https://\u001b[31m.example/\r\n\r\n");
  });
  await once(odd.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => void odd.close());
  const { port } = odd.address() as AddressInfo; // it listens on TCP
  const { stdout } = await runScript("doctor", [], { PUBLIC_URL: `http://localhost:${port}` });
  expect(stdout).toMatch(/public_url/);
  expect(stdout).not.toContain("\u001b");
});
