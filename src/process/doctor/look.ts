/** All that checks look at. What several of them need is asked for once, when the first one does. */
import { join, resolve } from "node:path";
import { readFile } from "node:fs/promises";
import { PROBE_HEADER, PROBE_PATH, SealedSeen, Seen } from "../../contract/doctor-probe.ts";
import { getHealth } from "../../contract/health.ts";
import { newProbe, openAnswer } from "../../domain/doctor-probe.ts";
import type { SecretKeys } from "../../domain/ports/secret-keys.ts";
import { deriveKeys } from "../../domain/secrets.ts";
import { type MailTrial, tryMailServer } from "../../platform/mail-trial.ts";
import { type Inspection, inspectDatabase } from "../../storage/inspection.ts";
import type { Settings } from "../settings.ts";
import { publicUrlOf } from "../setting-variables.ts";
import { type Answer, ask, isAnswer, type NoAnswer } from "./ask.ts";
import { type ProviderTrial, tryProvider } from "./providers.ts";
import type { SettingsDespiteFaults } from "./settings-despite-faults.ts";

export interface DoctorOptions {
  /** A file or a folder. */
  readonly backups?: string | undefined;
  readonly sendMailTo?: string | undefined;
}

export interface Look {
  readonly settings: Settings;
  readonly read: SettingsDespiteFaults;
  readonly options: DoctorOptions;
  readonly isProduction: boolean;
  readonly publicUrl: string;
  /** AUTH_SECRET, or the secret that a developer's server has made; undefined where there is none. */
  secret(): Promise<string | undefined>;
  keys(): Promise<SecretKeys | undefined>;
  database(): Promise<Inspection>;
  /** Of GET /healthz at PUBLIC_URL. */
  health(): Promise<Answer | NoAnswer>;
  /** A trial of SMTP_URL; undefined where that is not set. */
  mail(): Promise<MailTrial | undefined>;
  /** In the order of PROVIDERS. */
  providers(): Promise<readonly ProviderTrial[]>;
  /** The server's answer to a probe that claims to come from `CLAIMED_ADDRESS`. */
  seen(): Promise<Sight>;
}

/** `fault` says why nobody could be asked, or that whoever answers has not our AUTH_SECRET. */
export type Sight =
  | { readonly seen: Seen; readonly answer: Answer }
  | { readonly fault: "no_answer" | "no_secret" | "unknown" };

/** RFC 5737: an address that nobody has. */
export const CLAIMED_ADDRESS = "192.0.2.66";
/** For connection, encryption and login together. Milliseconds. */
const MAIL_TIMEOUT_MS = 8_000;
/** For connecting, and again for each query. Milliseconds. */
export const DATABASE_TIMEOUT_MS = 5_000;

export function createLook(
  settings: Settings,
  read: SettingsDespiteFaults,
  options: DoctorOptions,
): Look {
  const publicUrl = publicUrlOf(settings);
  const { database } = settings;
  const target =
    database.kind === "sqlite" ? { ...database, path: resolve(database.path) } : database;
  const secret = once(async () => settings.AUTH_SECRET ?? (await madeSecret(settings)));
  const keys = once(async () => {
    const known = await secret();
    return known === undefined ? undefined : deriveKeys(known);
  });
  return {
    settings,
    read,
    options,
    isProduction: read.isProduction,
    publicUrl,
    secret,
    keys,
    database: once(() => inspectDatabase(target, DATABASE_TIMEOUT_MS, Date.now)),
    health: once(() => ask(`${publicUrl}${getHealth.path}`)),
    mail: once(async () =>
      settings.SMTP_URL === undefined
        ? undefined
        : tryMailServer(settings.SMTP_URL, AbortSignal.timeout(MAIL_TIMEOUT_MS)),
    ),
    providers: once(() => Promise.all(settings.providers.map(tryProvider))),
    seen: once(async () => probe(publicUrl, await keys())),
  };
}

async function probe(publicUrl: string, keys: SecretKeys | undefined): Promise<Sight> {
  if (keys === undefined) return { fault: "no_secret" };
  const question = newProbe(keys);
  const answer = await ask(`${publicUrl}${PROBE_PATH}`, {
    headers: { [PROBE_HEADER]: question, "x-forwarded-for": CLAIMED_ADDRESS },
  });
  if (!isAnswer(answer)) return { fault: "no_answer" };
  const { data } = SealedSeen.safeParse(jsonOf(answer.body));
  const opened = data && Seen.safeParse(openAnswer(keys, question, data.sealed)).data;
  return opened === undefined ? { fault: "unknown" } : { seen: opened, answer };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Only read: a server makes it. */
async function madeSecret({ dataFolder }: Settings): Promise<string | undefined> {
  const text = await readFile(join(resolve(dataFolder), "auth-secret"), "utf8").catch(() => "");
  return text.trim() || undefined;
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => (asked ??= ask());
}
