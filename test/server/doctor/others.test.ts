/** The lines about settings, Node, clocks, hashes and providers, and how a check that fails or hangs is told. */
import { expect, onTestFinished, test } from "vitest";
import { doctorCheckNames } from "../../../src/contract/doctor.ts";
import { runCheck } from "../../../src/process/doctor/check.ts";
import { httpClock, judgeClocks } from "../../../src/process/doctor/clock.ts";
import { judgeNode } from "../../../src/process/doctor/node-version.ts";
import { examine } from "../../../src/process/doctor/examine.ts";
import { readSettingsDespiteFaults } from "../../../src/process/doctor/settings-despite-faults.ts";
import { findingsOf, linesOf, production, runDoctor } from "../../support/doctor.ts";
import { runScript } from "../../support/commands.ts";
import { startProvider } from "../../support/provider.ts";
import { PROVIDER_ID, providerSettings } from "../../support/provider-steps.ts";
import { startOddProxy } from "../../support/odd-proxy.ts";
import { hasArgon2 } from "../../../src/domain/argon2.ts";
import { argon2idOf, bcryptOf } from "../../support/hashing.ts";

test("settings: each fault is a line of its own, and a misspelt name needs attention", async () => {
  const environment = { ...production, PORT: "eighty", BCRYPT_COST: "3", MAIL_LOCAL: "de" };
  const findings = await findingsOf("settings", environment);
  expect(findings.map(({ status, subject }) => `${status} ${subject}`).sort()).toEqual([
    "attention MAIL_LOCAL",
    "wrong BCRYPT_COST",
    "wrong PORT",
  ]);
  const { PORT: _, BCRYPT_COST: __, ...readable } = environment;
  expect(await linesOf("settings", readable)).toEqual([
    "attention MAIL_LOCAL is not known, and has no effect: MAIL_LOCALE was probably meant",
  ]);
  expect(await linesOf("settings", production)).toEqual(["ok 5 are set, and all can be read"]);
});

test("settings: a name that is none is to be corrected, a value that is hardly meant looked up", async () => {
  const environment = { ...production, MAIL_LOCAL: "de", PUBLIC_URL: "https://192.0.2.1" };
  const findings = await findingsOf("settings", environment);
  expect(Object.fromEntries(findings.map(({ subject, next }) => [subject, next]))).toEqual({
    MAIL_LOCAL: "Correct its name, or take it away",
    PUBLIC_URL: "Correct it: docs/settings.md has every setting",
  });
});

test("settings: what stands on a faulty one is not looked at, and all else is", async () => {
  const { code, report } = await runDoctor({
    NODE_ENV: "production",
    AUTH_SECRET: "short",
    DATABASE_URL: "mysql://somewhere",
    PUBLIC_URL: "http://localhost:1",
    TRUST_PROXY: "everybody",
  });
  expect(code).toBe(1);
  const told = (check: string) =>
    report.findings.filter((each) => each.check === check).map(({ why }) => why);
  expect(
    told("settings")
      .map((why) => why.split(" ")[0])
      .sort(),
  ).toEqual(["AUTH_SECRET", "DATABASE_URL", "MAIL_FROM", "SMTP_URL", "TRUST_PROXY"]);
  expect(told("database")).toEqual(["not looked at: DATABASE_URL is faulty"]);
  expect(told("client_address")).toEqual(["not looked at: AUTH_SECRET, TRUST_PROXY is faulty"]);
  expect(told("mail_server")).toEqual(["not looked at: SMTP_URL is faulty"]);
  expect(told("public_url")[0]).toMatch(/^nothing answers/);
  expect(told("hash_cost")[0]).toMatch(/^bcrypt 10/);
});

test.each([
  ["a provider without its secret", { PROVIDERS: "acme" }],
  ["an administrator without a password", { ADMIN_EMAIL: "ada@example.com" }],
  ["two secrets that are one", { METRICS_TOKEN: production["AUTH_SECRET"] ?? "" }],
  ["a session that idles for longer than it lives", { SESSION_TTL: "60" }],
  ["everything faulty", { NODE_ENV: "x", PORT: "x", HOST: "-", PUBLIC_URL: "x", PROVIDERS: "?" }],
])("settings with %s are read without them", (_what, more) => {
  const read = readSettingsDespiteFaults({ ...production, ...more });
  expect(read.faults.length).toBeGreaterThan(0);
  expect(read.settings).toBeDefined();
});

test("weak_settings: each setting that is weaker than its default is told", async () => {
  const weak = {
    ...production,
    SIGNUP: "open",
    LOG_LEVEL: "silent",
    CORS_ORIGINS: "http://localhost:5173",
    ADMIN_EMAIL: "ada@example.com",
    ADMIN_PASSWORD: "correct horse battery staple",
    PASSWORD_MIN_LENGTH: "8",
    ACCESS_TOKEN_TTL: "86400",
    SESSION_TTL: "31622400",
    SESSION_IDLE_TTL: "31622400",
    LIMIT_LOGIN_EMAIL: "5000/60",
    DATABASE_URL: "postgres://u:p@db.example.com/x?sslmode=disable",
  };
  const findings = await findingsOf("weak_settings", weak);
  expect(findings.map(({ subject }) => subject).sort()).toEqual([
    "ACCESS_TOKEN_TTL",
    "ADMIN_PASSWORD",
    "CORS_ORIGINS",
    "DATABASE_URL",
    "LIMIT_LOGIN_EMAIL",
    "LOG_LEVEL",
    "PASSWORD_MIN_LENGTH",
    "SESSION_IDLE_TTL",
    "SIGNUP",
  ]);
  expect(await linesOf("weak_settings", { PUBLIC_URL: "https://auth.example.com" })).toEqual([
    expect.stringMatching(/^wrong development, although PUBLIC_URL/),
  ]);
  expect(await linesOf("weak_settings", production)).toEqual([
    "ok none is weaker than its default",
  ]);
});

test("node: a version that is mended is ok; one that is not, or is not known, needs attention", () => {
  const at = Date.parse("2026-11-27");
  const told = (version: string, when = at) => judgeNode(version, when)[0]?.status;
  expect(["22.18.0", "24.21.0", "26.1.0"].map((version) => told(version))).toEqual(
    Array(3).fill("ok"),
  );
  expect(["23.1.0", "25.0.0", "27.0.0", "99.0.0"].map((version) => told(version))).toEqual(
    Array(4).fill("attention"),
  );
  expect(told("22.18.0", Date.parse("2027-06-01"))).toBe("attention");
});

test("clock: seconds apart need attention, more than a code's life is wrong, and whole seconds are none", () => {
  const from = 1_795_000_000_500;
  const apart = (ms: number, tickMs = 0) =>
    judgeClocks([{ name: "it", reading: from + ms, from, to: from + 40, tickMs }])[0]?.status;
  expect([apart(0), apart(4_000), apart(-4_000)]).toEqual(["ok", "ok", "ok"]);
  expect([apart(10_000), apart(-10_000)]).toEqual(["attention", "attention"]);
  expect([apart(60_000), apart(-60_000)]).toEqual(["wrong", "wrong"]);
  expect(apart(-5_900, 1_000)).toBe("ok");
  expect(httpClock("it", "not a date", from, from)).toBeUndefined();
});

test("clock: that of whoever answers at PUBLIC_URL is compared", async () => {
  const off = await startOddProxy({
    instead: (_, answer) => {
      answer.sendDate = false;
      answer.writeHead(200, { date: new Date(Date.now() - 120_000).toUTCString() }).end();
    },
  });
  onTestFinished(() => off.close());
  const [line] = await linesOf("clock", { PUBLIC_URL: off.url });
  expect(line).toMatch(/^wrong 1(?:19|20) s apart from PUBLIC_URL/);
});

test("hash_cost: a hash is measured, and one that takes too long says what would fit", async () => {
  expect((await linesOf("hash_cost", { BCRYPT_COST: "10", HASH_WORKERS: "2" }))[0]).toMatch(
    /^\w+ bcrypt 10: \d+ ms a hash/,
  );
  const argon2id = { recipe: argon2idOf(65_536, 9), milliseconds: 1_500 };
  const { judgeHashCost } = await import("../../../src/process/doctor/hash-cost.ts");
  const [slow] = judgeHashCost({ recipe: bcryptOf(14), milliseconds: 3_000 }, 2);
  expect(slow).toMatchObject({ status: "attention" });
  expect(judgeHashCost(argon2id, 2)[0]).toMatchObject({
    status: "attention",
    next: expect.stringContaining("ARGON2_PASSES"),
  });
  // Fast, and no attention: its memory is what a thief pays.
  expect(judgeHashCost({ recipe: argon2idOf(19_456, 2), milliseconds: 18 }, 2)[0]).toMatchObject({
    status: "ok",
    why: "argon2id 19456 KiB, 2 passes: 18 ms a hash, 111.1 a second",
  });
  expect(slow?.next).toMatch(/^BCRYPT_COST=12/);
  expect(judgeHashCost({ recipe: bcryptOf(10), milliseconds: 10 }, 2)[0]?.next).toMatch(
    /^BCRYPT_COST=13/,
  );
  expect(judgeHashCost({ recipe: bcryptOf(12), milliseconds: 300 }, 2)[0]).toMatchObject({
    status: "ok",
    why: `bcrypt 12: 300 ms a hash, 6.7 a second${hasArgon2() ? "; PASSWORD_HASH=argon2id costs a thief more, and this server less" : ""}`,
  });
});

test("providers: one that answers is ok; one that is down, or names itself otherwise, is wrong", async () => {
  const provider = await startProvider();
  onTestFinished(() => provider.close());
  const environment = providerSettings(provider);
  expect(await linesOf("providers", {})).toEqual(["ok none in PROVIDERS"]);
  const [good] = await findingsOf("providers", environment);
  expect(good).toMatchObject({ status: "ok", subject: PROVIDER_ID });
  expect(await linesOf("clock", environment)).toEqual([`ok as that of ${PROVIDER_ID}`]);
  provider.knobs.metadata = (metadata) => ({ ...metadata, issuer: "https://other.example" });
  expect((await linesOf("providers", environment))[0]).toMatch(/^wrong .* names itself otherwise/);
  provider.knobs.down = true;
  expect((await linesOf("providers", environment))[0]).toMatch(
    /^wrong .* cannot be used \(network/,
  );
});

test("a check that hangs is a line, after the time that it may take; one that throws is a line too", async () => {
  const none = new Set<string>();
  const read = readSettingsDespiteFaults({});
  const { createLook } = await import("../../../src/process/doctor/look.ts");
  const look = read.settings && createLook(read.settings, read, {});
  const hangs = { standsOn: [], timeoutMs: 50, run: () => new Promise<never>(() => undefined) };
  expect(await runCheck(hangs, look, none)).toMatchObject([
    { status: "wrong", why: "no answer within 0.05 seconds" },
  ]);
  const throws = { standsOn: [], run: () => Promise.reject(new Error("a bug")) };
  expect(await runCheck(throws, look, none)).toMatchObject([
    { status: "wrong", why: "could not be looked at: a bug" },
  ]);
});

test("every finding that is not ok says what to do next, also where nothing works", async () => {
  const seen: string[] = [];
  const report = await examine({}, (count, total) => seen.push(`${count}/${total}`), {
    ...production,
    HASH_WORKERS: "1",
    BCRYPT_COST: "10",
  });
  for (const { status, next, check } of report.findings)
    if (status !== "ok") expect([check, next]).toEqual([check, expect.stringMatching(/./)]);
  expect(seen.at(-1)).toBe(`${doctorCheckNames.length}/${doctorCheckNames.length}`);
  expect(report.status).toBe("wrong");
});

test("wrong words end with 2, in one line", async () => {
  for (const args of [["now"], ["--jsn"], ["--backups"], ["--send-mail-to", "nobody"]]) {
    const { code, stdout, stderr } = await runScript("doctor", args, {});
    expect([args, code, stdout]).toEqual([args, 2, ""]);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  }
  expect(await runScript("doctor", ["--help"], {})).toMatchObject({ code: 0, stderr: "" });
});
