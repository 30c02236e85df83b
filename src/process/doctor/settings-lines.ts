/** Settings: those that cannot be read or are misspelt, and those that are weaker than they have to be. */
import { PASSWORD_MIN_DEFAULT_CODE_POINTS } from "../../contract/values.ts";
import { isLoopback } from "../../platform/loopback.ts";
import { limitsOf, limits } from "../setting-limits.ts";
import { leavesInPlainText } from "../setting-values.ts";
import type { Settings } from "../settings.ts";
import { about, attention, type Finding, ok, wrong } from "./finding.ts";
import { isOdd, settingOf, type SettingsDespiteFaults } from "./settings-despite-faults.ts";

/** A line for each fault and each remark. Faults are what a start would be refused for. */
export function judgeSettings({
  faults,
  remarks,
  count,
}: Pick<SettingsDespiteFaults, "faults" | "remarks" | "count">): readonly Finding[] {
  const found = [
    ...faults.map((fault) =>
      about(
        settingOf(fault),
        // Beside faults, odd names are told among them.
        isOdd(fault)
          ? attention(fault, "Correct its name, or take it away")
          : wrong(fault, "Correct it: docs/settings.md has every setting"),
      ),
    ),
    ...remarks
      .filter((remark) => !remark.startsWith("PUBLIC_URL is plain http")) // the line `tls` says so
      .map((remark) =>
        about(settingOf(remark), attention(remark, "Correct its name, or take it away")),
      ),
  ];
  const said = count === 1 ? "1 is set" : `${count} are set`;
  return found.length > 0 ? found : [ok(`${said}, and all can be read`)];
}

/** A quota that lets so many times the usual through is no limit that somebody guesses against. */
const LENIENT_FACTOR = 10;
/** As long as a service that verifies tokens by itself goes on believing one that was revoked. Seconds. */
const ACCESS_TOKEN_LONG_SECONDS = 3_600;
/** NIST SP 800-63B-4 §2.2.3: at the least every 30 days, for AAL1. Seconds. */
const SESSION_LONG_SECONDS = 30 * 86_400;

/** Weaknesses of settings by themselves. Others show where they act: `tls`, `hash_cost`, `mail_tls`, `client_address`. */
export function judgeStrength(settings: Settings, isProduction: boolean): readonly Finding[] {
  const found = [
    ...(isProduction ? [] : developmentInPublic(settings)),
    ...strengthAnywhere(settings),
    ...(isProduction ? strengthInProduction(settings) : []),
  ];
  return found.length > 0 ? found : [ok("none is weaker than its default")];
}

/** The rules of development where others can come. */
function developmentInPublic({ NODE_ENV, PUBLIC_URL }: Settings): readonly Finding[] {
  const url = URL.parse(PUBLIC_URL ?? "");
  if (url === null || isLoopback(url.hostname)) return [];
  return [
    about(
      "NODE_ENV",
      wrong(
        `${NODE_ENV}, although PUBLIC_URL is no name of this machine: limits are loose, and mails are files`,
        "Set NODE_ENV=production",
      ),
    ),
  ];
}

function strengthAnywhere(settings: Settings): readonly Finding[] {
  const { PASSWORD_MIN_LENGTH, ACCESS_TOKEN_TTL, SESSION_IDLE_TTL, database } = settings;
  const tls = database.kind === "sqlite" ? null : URL.parse(database.url)?.searchParams;
  return [
    ...(PASSWORD_MIN_LENGTH < PASSWORD_MIN_DEFAULT_CODE_POINTS
      ? [
          about(
            "PASSWORD_MIN_LENGTH",
            attention(
              `${PASSWORD_MIN_LENGTH}, where NIST asks ${PASSWORD_MIN_DEFAULT_CODE_POINTS} of a password that is the only factor`,
              "Leave it out, or ask for a second factor: SECOND_FACTOR=required",
            ),
          ),
        ].filter(() => settings.SECOND_FACTOR !== "required")
      : []),
    ...(ACCESS_TOKEN_TTL > ACCESS_TOKEN_LONG_SECONDS
      ? [
          about(
            "ACCESS_TOKEN_TTL",
            attention(
              `${ACCESS_TOKEN_TTL} s: services that verify tokens by themselves believe one that was revoked for as long`,
              "Leave it out: 15 minutes",
            ),
          ),
        ]
      : []),
    ...(SESSION_IDLE_TTL > SESSION_LONG_SECONDS
      ? [
          about(
            "SESSION_IDLE_TTL",
            attention(
              `${Math.round(SESSION_IDLE_TTL / 86_400)} days: a browser that was left behind is signed in for as long`,
              "Set 30 days or less",
            ),
          ),
        ]
      : []),
    ...(tls?.get("sslmode") === "no-verify" || tls?.get("sslmode") === "disable"
      ? [
          about(
            "DATABASE_URL",
            attention(
              `sslmode=${tls.get("sslmode")}: whoever is between here and the database can read and change all of it`,
              "Use sslmode=verify-full, unless nobody can be there",
            ),
          ),
        ]
      : []),
  ];
}

function strengthInProduction(settings: Settings): readonly Finding[] {
  const { SIGNUP, LOG_LEVEL, CORS_ORIGINS, ADMIN_PASSWORD } = settings;
  const local = [...CORS_ORIGINS].find((origin) => isLoopback(URL.parse(origin)?.hostname ?? ""));
  const plain = [...CORS_ORIGINS].find((origin) => {
    const url = URL.parse(origin);
    return url !== null && leavesInPlainText(url);
  });
  return [
    ...(SIGNUP === "open"
      ? [
          about(
            "SIGNUP",
            attention(
              "open: accounts are made with addresses that nobody has proved",
              "Leave it out: verified is the default",
            ),
          ),
        ]
      : []),
    ...(LOG_LEVEL === "silent"
      ? [
          about(
            "LOG_LEVEL",
            attention("silent: what fails is told nowhere", "Leave it out, or set error"),
          ),
        ]
      : []),
    ...(local !== undefined
      ? [
          about(
            "CORS_ORIGINS",
            attention(
              `has ${local}: any program on a user's machine may call with their cookies`,
              "Take it away: it is of development",
            ),
          ),
        ]
      : []),
    ...(plain !== undefined
      ? [
          about(
            "CORS_ORIGINS",
            wrong(`has ${plain}: anybody on the way can be that page`, "Begin it with https"),
          ),
        ]
      : []),
    ...(ADMIN_PASSWORD !== undefined
      ? [
          about(
            "ADMIN_PASSWORD",
            attention(
              "is set: nothing reads it once there is an administrator",
              "Take it away after the first start, with ADMIN_EMAIL",
            ),
          ),
        ]
      : []),
    ...lenientLimits(settings),
  ];
}

/** Quotas by their rate, beside that of production. */
function lenientLimits(settings: Settings): readonly Finding[] {
  const usual = limitsOf({}, true);
  // The keys of a literal.
  const names = Object.keys(limits) as (keyof typeof limits)[];
  return names.flatMap((name) => {
    const rate = settings[name].count / settings[name].seconds;
    const factor = rate / (usual[name].count / usual[name].seconds);
    if (factor < LENIENT_FACTOR) return [];
    const { count, seconds } = usual[name];
    return [
      about(
        name,
        attention(
          `lets ${Math.round(factor)} times as much through as its default`,
          `Leave it out: ${count}/${seconds}`,
        ),
      ),
    ];
  });
}
