/** `portcullis doctor`: runs every check side by side, and makes the report of them. */
import {
  type DoctorCheck,
  doctorCheckNames,
  type DoctorFinding,
  type DoctorReport,
} from "../../contract/doctor.ts";
import { ownEnvironment } from "../settings.ts";
import { version } from "../version.ts";
import { runCheck } from "./check.ts";
import { type Finding, worstOf } from "./finding.ts";
import { checks } from "./checks.ts";
import { createLook, type DoctorOptions, type Look } from "./look.ts";
import { createRedaction } from "./redaction.ts";
import { judgeSettings } from "./settings-lines.ts";
import { readSettingsDespiteFaults } from "./settings-despite-faults.ts";

/**
 * Looks at the installation of these settings. `done` gets how many of how many checks have ended. Changes nothing, never
 * rejects for what it finds, and ends within the longest time that a check may take.
 */
export async function examine(
  options: DoctorOptions,
  done: (count: number, total: number) => void = () => undefined,
  environment = ownEnvironment,
): Promise<DoctorReport> {
  const checkedAt = new Date().toISOString();
  const read = readSettingsDespiteFaults(environment);
  const look = read.settings && createLook(read.settings, read, options);
  let count = 0;
  const found = await Promise.all(
    doctorCheckNames.map(async (check) => {
      const findings =
        check === "settings"
          ? judgeSettings(read)
          : await runCheck(checks[check], look, read.faulty);
      done((count += 1), doctorCheckNames.length);
      return findings.map((finding) => named(check, finding));
    }),
  );
  const redact = createRedaction(environment, read.settings, await secretOf(look));
  const findings = found.flat().map((finding) => ({
    ...finding,
    subject: finding.subject && redact(finding.subject),
    why: redact(finding.why),
    next: finding.next && redact(finding.next),
  }));
  return {
    version,
    checkedAt,
    publicUrl: look?.publicUrl ?? "",
    status: worstOf(findings.map(({ status }) => status)),
    findings,
  };
}

function named(check: DoctorCheck, finding: Finding): DoctorFinding {
  return { check, ...finding };
}

async function secretOf(look: Look | undefined): Promise<string | undefined> {
  return look?.secret();
}
