/**
 * The doctor from within: the checks that a running server can make of itself, for its administrators. None asks the
 * network, opens a database or works for long; a look from outside is the command's.
 */
import { resolve } from "node:path";
import { type DoctorCheck, FINDING_TEXT_MAX_LENGTH } from "../../contract/doctor.ts";
import { type DoctorReport, FINDINGS_MAX } from "../../contract/installation.ts";
import type { Storage } from "../../domain/ports/storage.ts";
import type { Settings } from "../settings.ts";
import { version } from "../version.ts";
import { backupsOf, judgeBackup, newestBackup } from "./backups.ts";
import { runCheck } from "./check.ts";
import { judgeRoom, roomOf } from "./disk.ts";
import { findFiles, judgeFiles } from "./files.ts";
import { type Finding, worstOf } from "./finding.ts";
import { judgeNode } from "./node-version.ts";
import { judgeSettings, judgeStrength } from "./settings-lines.ts";
import { judgeSigningKeys } from "./signing-keys.ts";

interface Within {
  readonly settings: Settings;
  readonly storage: Pick<Storage, "signingKeys">;
  readonly now: number;
}

/** In the order of the contract. */
const checks: readonly (readonly [DoctorCheck, (of: Within) => Promise<readonly Finding[]>])[] = [
  [
    "settings",
    async ({ settings: { given, remarks } }) =>
      judgeSettings({ faults: [], remarks, count: given.size }),
  ],
  [
    "weak_settings",
    async ({ settings }) => judgeStrength(settings, settings.NODE_ENV === "production"),
  ],
  ["node", async ({ now }) => judgeNode(process.versions.node, now)],
  [
    "disk",
    async ({ settings: { database } }) => {
      // Of PostgreSQL's disk nothing is known here.
      if (database.kind === "postgres") return [];
      const { room, databaseBytes } = await roomOf(resolve(database.path));
      return [judgeRoom(room, databaseBytes)];
    },
  ],
  ["files", async ({ settings }) => judgeFiles(findFiles(settings), process.geteuid?.() ?? 0)],
  [
    "backup",
    async ({ settings, now }) => {
      const place = backupsOf(settings);
      const found = await newestBackup(place).then(
        (newest) => ({ newest }),
        (error: unknown) => ({ error }),
      );
      return judgeBackup(found, place, false, settings.NODE_ENV === "production", now);
    },
  ],
  [
    "signing_keys",
    async ({ settings, storage, now }) =>
      judgeSigningKeys(await storage.signingKeys.list(), true, settings.ACCESS_TOKEN_TTL, now),
  ],
];

/** Looks once. Never rejects for what it finds; `redact` takes every secret out of its sentences (DR-02). */
export async function examineWithin(
  settings: Settings,
  storage: Within["storage"],
  redact: (text: string) => string,
  now: number,
): Promise<DoctorReport> {
  const cut = (text: string) => redact(text).slice(0, FINDING_TEXT_MAX_LENGTH);
  const within = { settings, storage, now };
  const found = await Promise.all(
    checks.map(async ([check, run]) => {
      const findings = await runCheck({ standsOn: [], run }, within, new Set());
      return findings.map(({ status, subject, why, next }) => ({
        check,
        status,
        subject: subject && cut(subject),
        why: cut(why),
        next: next && cut(next),
      }));
    }),
  );
  const findings = found.flat().slice(0, FINDINGS_MAX);
  return {
    version,
    checkedAt: new Date(now).toISOString(),
    status: worstOf(findings.map(({ status }) => status)),
    findings,
  };
}
