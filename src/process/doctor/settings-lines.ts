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
        isOdd(fault) ? oddity(fault) : wrong(fault, LOOK_IT_UP),
      ),
    ),
    ...remarks
      .filter((remark) => !remark.startsWith("PUBLIC_URL is plain http")) // the line `tls` says so
      .map((remark) => about(settingOf(remark), oddity(remark))),
  ];
  const said = count === 1 ? "1 is set" : `${count} are set`;
  return found.length > 0 ? found : [ok(`${said}, and all can be read`)];
}

const LOOK_IT_UP = "Correct it: docs/settings.md has every setting";

/** A name that is none, or a value that works and is hardly meant. */
function oddity(sentence: string): Finding {
  return attention(sentence, isOdd(sentence) ? "Correct its name, or take it away" : LOOK_IT_UP);
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
  return where(
    url !== null && !isLoopback(url.hostname),
    "NODE_ENV",
    wrong(
      `${NODE_ENV}, although PUBLIC_URL is no name of this machine: limits are loose, and mails are files`,
      "Set NODE_ENV=production",
    ),
  );
}

function strengthAnywhere(settings: Settings): readonly Finding[] {
  const { PASSWORD_MIN_LENGTH, SECOND_FACTOR, ACCESS_TOKEN_TTL, SESSION_IDLE_TTL, database } =
    settings;
  const { searchParams } = URL.parse(database.kind === "postgres" ? database.url : "") ?? {};
  const sslmode = searchParams?.get("sslmode");
  return [
    ...where(
      PASSWORD_MIN_LENGTH < PASSWORD_MIN_DEFAULT_CODE_POINTS && SECOND_FACTOR !== "required",
      "PASSWORD_MIN_LENGTH",
      attention(
        `${PASSWORD_MIN_LENGTH}, where NIST asks ${PASSWORD_MIN_DEFAULT_CODE_POINTS} of a password that is the only factor`,
        "Leave it out, or ask for a second factor: SECOND_FACTOR=required",
      ),
    ),
    ...where(
      ACCESS_TOKEN_TTL > ACCESS_TOKEN_LONG_SECONDS,
      "ACCESS_TOKEN_TTL",
      attention(
        `${ACCESS_TOKEN_TTL} s: services that verify tokens by themselves believe one that was revoked for as long`,
        "Leave it out: 15 minutes",
      ),
    ),
    ...where(
      SESSION_IDLE_TTL > SESSION_LONG_SECONDS,
      "SESSION_IDLE_TTL",
      attention(
        `${Math.round(SESSION_IDLE_TTL / 86_400)} days: a browser that was left behind is signed in for as long`,
        "Set 30 days or less",
      ),
    ),
    ...where(
      sslmode === "no-verify" || sslmode === "disable",
      "DATABASE_URL",
      attention(
        `sslmode=${sslmode}: whoever is between here and the database can read and change all of it`,
        "Use sslmode=verify-full, unless nobody can be there",
      ),
    ),
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
    ...where(
      SIGNUP === "open",
      "SIGNUP",
      attention(
        "open: accounts are made with addresses that nobody has proved",
        "Leave it out: verified is the default",
      ),
    ),
    ...where(
      LOG_LEVEL === "silent",
      "LOG_LEVEL",
      attention("silent: what fails is told nowhere", "Leave it out, or set error"),
    ),
    ...where(
      local !== undefined,
      "CORS_ORIGINS",
      attention(
        `has ${local}: any program on a user's machine may call with their cookies`,
        "Take it away: it is of development",
      ),
    ),
    ...where(
      plain !== undefined,
      "CORS_ORIGINS",
      wrong(`has ${plain}: anybody on the way can be that page`, "Begin it with https"),
    ),
    ...where(
      ADMIN_PASSWORD !== undefined,
      "ADMIN_PASSWORD",
      attention(
        "is set: nothing reads it once there is an administrator",
        "Take it away after the first start, with ADMIN_EMAIL",
      ),
    ),
    ...lenientLimits(settings),
  ];
}

/** The finding about the setting where the condition holds, and none otherwise. */
function where(isSo: boolean, subject: string, finding: Finding): readonly Finding[] {
  return isSo ? [about(subject, finding)] : [];
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
