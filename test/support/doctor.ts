/** One line of `portcullis doctor`, looked at in this process; and the whole of it, as an operator runs it. */
import { type DoctorCheck, DoctorReport } from "../../src/contract/doctor.ts";
import { runCheck } from "../../src/process/doctor/check.ts";
import { checks } from "../../src/process/doctor/checks.ts";
import type { Finding } from "../../src/process/doctor/finding.ts";
import { createLook, type DoctorOptions } from "../../src/process/doctor/look.ts";
import { readSettingsDespiteFaults } from "../../src/process/doctor/settings-despite-faults.ts";
import { runScript } from "./commands.ts";

export type Environment = Readonly<Record<string, string>>;

/** Everything that production asks for, on ports where nobody answers. */
export const production: Environment = {
  NODE_ENV: "production",
  PUBLIC_URL: "https://localhost:1",
  AUTH_SECRET: "canary-5Jd9wq2LkZr7Tn4Xc8Vb1Gm6Hp3Sf0Ya",
  SMTP_URL: "smtp://127.0.0.1:1",
  MAIL_FROM: "auth@example.com",
};

/** The findings of one check. */
export async function findingsOf(
  check: DoctorCheck,
  environment: Environment,
  options: DoctorOptions = {},
): Promise<readonly Finding[]> {
  const read = readSettingsDespiteFaults(environment);
  const look = read.settings && createLook(read.settings, read, options);
  return runCheck(checks[check], look, read.faulty);
}

/** `status why`, for each. */
export async function linesOf(
  check: DoctorCheck,
  environment: Environment,
  options: DoctorOptions = {},
): Promise<string[]> {
  const findings = await findingsOf(check, environment, options);
  return findings.map(({ status, why }) => `${status} ${why}`);
}

/** Runs the command with `--json`; the report is checked against its promise. */
export async function runDoctor(environment: Environment, args: readonly string[] = []) {
  const ended = await runScript("doctor", ["--json", ...args], environment);
  if (ended.stdout === "") throw new Error(`No report:\n${ended.stderr}`);
  const report = DoctorReport.parse(JSON.parse(ended.stdout));
  const bad = report.findings.filter(({ status }) => status !== "ok");
  return {
    ...ended,
    report,
    bad: bad.map(({ check, status, why }) => `${status} ${check}: ${why}`),
  };
}
