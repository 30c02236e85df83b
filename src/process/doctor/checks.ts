/** The table of checks: each asks what it needs, and hands that to the file that judges it. */
import { statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Inspection } from "../../storage/inspection.ts";
import { measureHash } from "../hash-cost.ts";
import { version } from "../version.ts";
import { ask, isAnswer } from "./ask.ts";
import { backupsOf, judgeBackup, newestBackup } from "./backups.ts";
import type { Check, Checks } from "./check.ts";
import { judgeClientAddress } from "./client-address.ts";
import { httpClock, judgeClocks } from "./clock.ts";
import {
  judgeDatabase,
  judgeFileSystem,
  judgeMigrations,
  judgePostgresSettings,
  judgeUnreachable,
} from "./database.ts";
import { judgeRoom, remoteRoom, roomOf } from "./disk.ts";
import { findFiles, judgeFiles } from "./files.ts";
import { attention, type Finding } from "./finding.ts";
import { judgeHashCost } from "./hash-cost.ts";
import type { Look } from "./look.ts";
import { judgeMailLogin, judgeMailServer, judgeMailTls, noMailServer, sendMail } from "./mail.ts";
import { judgeMetrics, metricsPath } from "./metrics.ts";
import { judgeNode } from "./node-version.ts";
import { judgeProviders } from "./providers.ts";
import {
  cookieQuestion,
  judgeAnswer,
  judgeCookies,
  judgeHeaders,
  judgeHsts,
  judgeInstallation,
} from "./public-url.ts";
import { judgeSettings, judgeStrength } from "./settings-lines.ts";
import { judgeSigningKeys, openKeys } from "./signing-keys.ts";
import { judgeTls, speaksOldTls } from "./tls.ts";

const ofPublicUrl = ["PUBLIC_URL", "PORT"] as const;
const ofDatabase = ["DATABASE_URL"] as const;
const ofMail = ["SMTP_URL"] as const;

/** By its name in the contract; one that is missing does not compile. */
export const checks: Checks = {
  settings: { standsOn: [], run: async ({ read }) => judgeSettings(read) },
  weak_settings: {
    standsOn: [],
    run: async ({ settings, isProduction }) => judgeStrength(settings, isProduction),
  },
  node: { standsOn: [], run: async () => judgeNode(process.versions.node, Date.now()) },

  public_url: {
    standsOn: ofPublicUrl,
    run: async ({ publicUrl, health }) => judgeAnswer(publicUrl, await health()),
  },
  installation: {
    standsOn: [...ofPublicUrl, "AUTH_SECRET"],
    run: async ({ health, seen }) => judgeInstallation(await health(), await seen(), version),
  },
  tls: {
    standsOn: ofPublicUrl,
    async run({ publicUrl, health, isProduction }) {
      const isTls = publicUrl.startsWith("https:");
      const [answer, speaksOld] = await Promise.all([
        health(),
        isTls ? speaksOldTls(publicUrl) : false,
      ]);
      return judgeTls(publicUrl, answer, speaksOld, isProduction, Date.now());
    },
  },
  hsts: {
    standsOn: ofPublicUrl,
    run: async ({ publicUrl, health }) => judgeHsts(publicUrl, await health()),
  },
  headers: {
    standsOn: ofPublicUrl,
    run: async ({ health }) => judgeHeaders(await health()),
  },
  cookies: {
    standsOn: ofPublicUrl,
    async run({ publicUrl, settings }) {
      const answer = await ask(`${publicUrl}${cookieQuestion.path}`, cookieQuestion);
      return judgeCookies(answer, settings.DEV_COOKIES === "plain");
    },
  },
  client_address: {
    standsOn: [...ofPublicUrl, "AUTH_SECRET", "TRUST_PROXY"],
    run: async ({ seen, settings }) => judgeClientAddress(await seen(), settings.TRUST_PROXY),
  },
  metrics: {
    standsOn: [...ofPublicUrl, "METRICS_TOKEN"],
    async run({ publicUrl, settings, isProduction }) {
      const answer = await ask(`${publicUrl}${metricsPath}`);
      return judgeMetrics(answer, settings.METRICS_TOKEN !== undefined, isProduction);
    },
  },

  database: ofInspection(
    async (inspection, { keys }) =>
      judgeDatabase(inspection, openKeys(inspection.signingKeys, await keys())),
    judgeUnreachable,
  ),
  database_settings: ofInspection(async ({ settings }, { settings: { database } }) => {
    if (database.kind === "postgres") return judgePostgresSettings(settings);
    const { type } = await statfs(dirname(resolve(database.path)));
    return judgeFileSystem(type);
  }),
  migrations: ofInspection(async (inspection) => judgeMigrations(inspection)),
  disk: {
    standsOn: ofDatabase,
    async run({ settings: { database }, database: inspect }) {
      const sizeBytes = (await inspect().catch(() => undefined))?.sizeBytes ?? 0;
      if (database.kind === "postgres") return [remoteRoom(sizeBytes)];
      const { room } = await roomOf(resolve(database.path));
      return [judgeRoom(room, sizeBytes)];
    },
  },
  files: {
    standsOn: ofDatabase,
    run: async ({ settings }) => judgeFiles(findFiles(settings), process.geteuid?.() ?? 0),
  },
  backup: {
    standsOn: ofDatabase,
    async run({ settings, options: { backups }, isProduction }) {
      const place = backups === undefined ? backupsOf(settings) : resolve(backups);
      const found = await newestBackup(place).then(
        (newest) => ({ newest }),
        (error: unknown) => ({ error }),
      );
      return judgeBackup(found, place, backups !== undefined, isProduction, Date.now());
    },
  },

  mail_server: {
    standsOn: ofMail,
    async run({ settings: { SMTP_URL }, mail }) {
      const trial = await mail();
      if (trial === undefined || SMTP_URL === undefined) return noMailServer.mail_server;
      return judgeMailServer(trial, new URL(SMTP_URL).host);
    },
  },
  mail_tls: {
    standsOn: ofMail,
    async run({ settings: { SMTP_URL }, mail }) {
      const trial = await mail();
      if (trial === undefined || SMTP_URL === undefined) return noMailServer.mail_tls;
      return judgeMailTls(trial, SMTP_URL, Date.now());
    },
  },
  mail_login: {
    standsOn: ofMail,
    async run({ mail }) {
      const trial = await mail();
      return trial === undefined ? noMailServer.mail_login : judgeMailLogin(trial);
    },
  },
  mail_sent: {
    standsOn: ["SMTP_URL", "MAIL_FROM"],
    run: async ({ settings, options: { sendMailTo } }) =>
      sendMailTo === undefined ? [] : sendMail(settings, sendMailTo),
  },

  clock: {
    standsOn: [...ofPublicUrl, "DATABASE_URL", "PROVIDERS"],
    async run({ health, seen, database, providers }) {
      const [answer, sight, inspection, trials] = await Promise.all([
        health(),
        seen(),
        database().catch(() => undefined),
        providers(),
      ]);
      const clock = inspection?.clock;
      const asked = isAnswer(answer) ? answer : undefined;
      return judgeClocks(
        [
          clock
            ? {
                name: "the database",
                reading: clock.database,
                from: clock.from,
                to: clock.to,
                tickMs: 0,
              }
            : undefined,
          "seen" in sight
            ? {
                name: "the server",
                reading: sight.seen.now,
                from: sight.answer.askedAt,
                to: sight.answer.answeredAt,
                tickMs: 0,
              }
            : undefined,
          asked &&
            httpClock("PUBLIC_URL", asked.headers["date"]?.[0], asked.askedAt, asked.answeredAt),
          ...trials.map(({ clock: its }) => its),
        ].filter((each) => each !== undefined),
      );
    },
  },
  signing_keys: ofInspection(async ({ signingKeys, hasAccounts }, { settings }) =>
    judgeSigningKeys(signingKeys, hasAccounts, settings.ACCESS_TOKEN_TTL, Date.now()),
  ),
  hash_cost: {
    standsOn: [
      "PASSWORD_HASH",
      "BCRYPT_COST",
      "ARGON2_MEMORY_KIB",
      "ARGON2_PASSES",
      "HASH_WORKERS",
    ],
    timeoutMs: 30_000, // at the highest cost a slow machine takes ten
    run: async ({ settings }) => judgeHashCost(await measureHash(settings), settings.HASH_WORKERS),
  },
  providers: {
    standsOn: ["PROVIDERS"],
    run: async ({ providers }) => judgeProviders(await providers()),
  },
};

/** A check that needs the database: where it cannot be reached, `database` alone says why. */
function ofInspection(
  judge: (inspection: Inspection, look: Look) => Promise<readonly Finding[]>,
  unreached: (error: unknown) => Finding = () =>
    attention("not known: the database was not reached", "See database"),
): Check {
  return {
    standsOn: ofDatabase,
    async run(look) {
      const found = await look.database().then(
        (inspection) => ({ inspection }),
        (error: unknown) => ({ error }),
      );
      return "error" in found ? [unreached(found.error)] : judge(found.inspection, look);
    },
  };
}
