/** As much of the settings as can be read, for somebody who wants to know what else is wrong. */
import { readSettings, type Settings } from "../settings.ts";
import { settingNames } from "../setting-variables.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export interface SettingsDespiteFaults {
  /** Faulty variables are as if they were not set; undefined where even so nothing can be read. */
  readonly settings: Settings | undefined;
  /** One sentence each, as the start would say them. */
  readonly faults: readonly string[];
  readonly remarks: readonly string[];
  /** Names of variables whose values are not those that were meant. */
  readonly faulty: ReadonlySet<string>;
  /** NODE_ENV as it is meant, whatever is missing for it. */
  readonly isProduction: boolean;
  /** How many of our variables are set. */
  readonly count: number;
}

/** Each turn takes away what is faulty, and what asks for something that is not there. */
const TURNS_MAX = 6;
/** The settings that most checks stand on: read alone where nothing else helps. */
const ESSENTIALS: ReadonlySet<string> = new Set([
  ...["PUBLIC_URL", "PORT", "DATABASE_URL", "AUTH_SECRET", "TRUST_PROXY", "SMTP_URL", "MAIL_FROM"],
]);

/** Reads the settings, and again without those that are faulty, until the rest can be read. */
export function readSettingsDespiteFaults(environment: Environment): SettingsDespiteFaults {
  const first = readSettings(environment);
  const faulty = new Set<string>();
  let given = environment;
  let read = first;
  for (let turn = 1; "faults" in read && turn <= TURNS_MAX; turn += 1) {
    const named = read.faults.filter((fault) => !isOdd(fault)).map(settingOf);
    const others = turn < TURNS_MAX ? [] : settingNames.filter((name) => !ESSENTIALS.has(name));
    for (const name of [...named, ...others]) faulty.add(name);
    const away = new Set(
      [...named, ...others].flatMap((name) => {
        const set = [name, `${name}_FILE`].filter((each) => given[each]);
        return set.length > 0 ? set : whatAsksFor(name);
      }),
    );
    given = Object.fromEntries(Object.entries(given).filter(([name]) => !away.has(name)));
    read = readSettings(given);
  }
  return {
    settings: "settings" in read ? read.settings : undefined,
    faults: "faults" in first ? first.faults : [],
    remarks: "remarks" in first ? first.remarks : [],
    faulty,
    isProduction: environment["NODE_ENV"] === "production",
    count: settingNames.filter((name) => environment[name]).length,
  };
}

/** True for a name that is none of ours: beside faults, such sentences stand among them. */
export function isOdd(sentence: string): boolean {
  return sentence.includes(" has no effect");
}

/** The setting that a sentence about one begins with. The file of a secret stands for the secret. */
export function settingOf(sentence: string): string {
  return (/^\w+/.exec(sentence)?.[0] ?? "").replace(/_FILE$/, "");
}

/** The variables without which another one, which is missing or has its default, would be in order. */
function whatAsksFor(name: string): readonly string[] {
  if (name.startsWith("PROVIDER")) return ["PROVIDERS"];
  return askers.get(name) ?? ["NODE_ENV"];
}

const askers: ReadonlyMap<string, readonly string[]> = new Map([
  ["ADMIN_EMAIL", ["ADMIN_PASSWORD", "ADMIN_PASSWORD_FILE"]],
  ["ADMIN_PASSWORD", ["ADMIN_EMAIL"]],
  ["MAIL_FROM", ["SMTP_URL", "SMTP_URL_FILE", "NODE_ENV"]],
  ["SESSION_IDLE_TTL", ["SESSION_TTL"]],
  ["ACCESS_TOKEN_TTL", ["REFRESH_TOKEN_TTL"]],
  ["WEBAUTHN_RP_ID", ["WEBAUTHN_ORIGINS"]],
]);
