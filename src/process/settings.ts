/** The only reader of the environment. */
import { dirname } from "node:path";
import { ARGON2_FLOOR } from "../domain/passwords.ts";
import type { SignupRule } from "../domain/ports/dependencies.ts";
import type { ProviderOptions } from "../platform/providers/provider-options.ts";
import type { PoolOptions } from "../storage/engine/pool.ts";
import type { DatabaseTarget } from "../storage/engine/target.ts";
import { type GivenSetting, givenSettings } from "./given-settings.ts";
import { misspeltSettings, type Misspelling } from "./misspelt-settings.ts";
import { passkeyRemark, passkeySettingsOf } from "./passkey-settings.ts";
import {
  oddProviderNames,
  prefixOf,
  providerNames,
  providerSecretNames,
} from "./provider-names.ts";
import {
  equalNames,
  type Fault,
  ownRedirects,
  providerIdsIn,
  providerOptionsOf,
  type ReadProvider,
  readProviders,
  type ReadProviders,
} from "./provider-settings.ts";
import { readSecretFiles, type ReadSecretFiles } from "./secret-files.ts";
import { fileVariableOf, secretSettings } from "./secret-settings.ts";
import { type limits, limitsOf } from "./setting-limits.ts";
import { leavesInPlainText, whatSurrounds } from "./setting-values.ts";
import {
  consistentVariables,
  originOf,
  publicUrlOf,
  settingNames,
  type Variables,
} from "./setting-variables.ts";
import { sharedSecrets } from "./shared-secrets.ts";

/**
 * How many hashes may wait for each worker unless HASH_QUEUE says otherwise. A hash takes a third of a
 * second at bcrypt's default cost: the last in a full queue waits five seconds, which clients do wait.
 */
const BCRYPT_WAITING_PER_WORKER = 16;
/** Hashes of argon2id with its default parameters take a tenth of that; of costlier ones, fewer may wait. */
const ARGON2_WAITING_PER_WORKER = 160;

/** The variables by their names. Those of the database are parsed, so that no other file takes a URL apart. */
export interface Settings
  extends
    Omit<
      Variables,
      | "HASH_QUEUE"
      | "DOCS"
      | "CONSOLE"
      | "SIGNUP"
      | "TOTP_ISSUER"
      | "PROVIDERS"
      | `${"DATABASE" | "WEBAUTHN"}_${string}`
      | keyof typeof limits
    >,
    Readonly<typeof limits>,
    Readonly<ReturnType<typeof passkeySettingsOf>> {
  readonly HASH_QUEUE: number;
  /** Off in production, unless it was set. */
  readonly DOCS: "on" | "off";
  /** Off in production, unless it was set. */
  readonly CONSOLE: "on" | "off";
  /** Verified in production and open elsewhere, unless it was set. */
  readonly SIGNUP: SignupRule["mode"];
  /** SERVICE_NAME without colons, unless it was set. */
  readonly TOTP_ISSUER: string;
  /** PROVIDERS, in its order, with the variables of each. */
  readonly providers: readonly ProviderOptions[];
  /** DATABASE_URL. */
  readonly database: DatabaseTarget;
  /** The other DATABASE_ variables: how a PostgreSQL database is used. */
  readonly pool: PoolOptions;
  /** Where this process keeps files of its own: beside a SQLite database, and in `data` otherwise. */
  readonly dataFolder: string;
  /** Which are set, and in which words; of secrets, only that they are. */
  readonly given: ReadonlyMap<string, GivenSetting>;
  /** What is odd about them: one sentence each, without a value. */
  readonly remarks: readonly string[];
}

/** Read settings, and what is odd about them: one sentence each, as for a fault. */
export interface ReadSettings {
  readonly settings: Settings;
  readonly remarks: readonly string[];
}

/** Values that may have white space around them: it is taken off wherever they are read. */
const readWithoutSpaces: ReadonlySet<string> = new Set(["ADMIN_EMAIL", "CORS_ORIGINS"]);

type Environment = Readonly<Record<string, string | undefined>>;

/** The environment as it stands, for whoever looks for what is wrong with it. */
export const ownEnvironment: Environment = process.env;

/**
 * Reads the settings, or answers one sentence per bad variable. A sentence names the variable, and never its value.
 * `isAllOurs`: nothing else is given, so a name that is not known is a fault. In an environment it is a remark at most.
 */
export function readSettings(
  environment: Environment = process.env,
  isAllOurs = false,
): ReadSettings | { readonly faults: readonly string[] } {
  // `NAME=` in a shell or a compose file means "not set".
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const secrets = [...Object.keys(secretSettings), ...providerSecretNames(providerIdsIn(set))];
  const files = readSecretFiles(set, secrets);
  const given = files.environment;
  const read = readProviders(given);
  const result = consistentVariables.safeParse(given);
  const faults = new Map<string, string>(files.faults);
  for (const [name, message] of faultsIn(given, read, result)) {
    // Of a secret whose file cannot be read, nothing more is known.
    const isUnread = files.fromFiles.has(name) && faults.has(fileVariableOf(name));
    // One fault is one line, the first: a secret that is too short need not be random too.
    if (!isUnread && !faults.has(name)) faults.set(name, message);
  }
  const odd = oddNamesIn(given, read, secrets, faults.has("PROVIDERS"));
  const { misspellings } = odd;
  const oddities = isAllOurs ? [...odd.oddities, ...odd.unknown] : odd.oddities;
  const isOdd = misspellings.length > 0 || oddities.length > 0;
  if (result.success && faults.size === 0 && !(isAllOurs && isOdd)) {
    const remarks = [
      ...misspellings.map(sentence),
      ...oddities,
      ...files.remarks.map((remark) => remark.join(" ")),
      ...remarksOn(result.data),
      ...equalNames(read.providers),
    ];
    const shown = { given: givenSettings(set, read.ids), remarks };
    return { settings: { ...settingsFrom(result.data, read.providers), ...shown }, remarks };
  }
  return {
    faults: [
      ...Array.from(faults, ([name, message]) => {
        const misspelt = misspellings.find(({ meant }) => variablesOf(name).includes(meant));
        return `${origin(name, files)} ${message}${misspelt ? `; ${misspelt.name}, which is set, is not known` : ""}`;
      }),
      ...misspellings
        .filter(({ meant }) => !Array.from(faults.keys()).flatMap(variablesOf).includes(meant))
        .map(sentence),
      ...oddities,
    ],
  };
}

/** The variables that a setting may come from. */
function variablesOf(name: string): readonly string[] {
  return [name, fileVariableOf(name)];
}

/** The variable that a person set. */
function origin(name: string, { fromFiles }: ReadSecretFiles): string {
  return fromFiles.has(name) ? `${name}, of ${fileVariableOf(name)},` : name;
}

/** Faults of each variable, and between variables. Of one variable, the first is the one to tell. */
function faultsIn(
  given: Environment,
  { ids, providers, faults }: ReadProviders,
  result: ReturnType<typeof consistentVariables.safeParse>,
): Fault[] {
  return [
    ...surroundedValues(given, [...settingNames, ...providerNames(ids)]),
    ...(result.error?.issues ?? []).map(({ path, message }): Fault => [path.join("."), message]),
    ...faults,
    ...sharedSecrets(given, ids.map(prefixOf)),
    ...(result.success ? ownRedirects(providers, publicUrlOf(result.data)) : []),
  ];
}

/** Where the list of providers is faulty, nobody can say what it does not list. */
function oddNamesIn(
  given: Environment,
  { ids }: ReadProviders,
  secrets: readonly string[],
  isListBad: boolean,
) {
  const odd = isListBad ? new Map<string, string>() : oddProviderNames(given, ids);
  const others = Object.entries(given).filter(([name]) => !odd.has(name));
  const known = [...settingNames, ...providerNames(ids)];
  // A secret that is set by one of its two names is not missing by the other.
  const set = secrets
    .map((secret) => [secret, fileVariableOf(secret)])
    .filter((names) => names.some((name) => given[name] !== undefined))
    .flatMap((names) => names.map((name) => [name, "set"] as const));
  const misspellings = misspeltSettings(Object.fromEntries([...others, ...set]), known);
  const told = new Set([
    ...known,
    ...secrets.map(fileVariableOf),
    ...misspellings.map(({ name }) => name),
  ]);
  return {
    misspellings,
    oddities: Array.from(odd, ([name, remark]) => `${name} ${remark}`),
    unknown: others
      .filter(([name]) => !told.has(name) && !(isListBad && name.startsWith("PROVIDER_")))
      .map(([name]) => `${name} is not known, and has no effect: docs/settings.md has all names`),
  };
}

function sentence({ name, meant }: Misspelling): string {
  return `${name} is not known, and has no effect: ${meant} was probably meant`;
}

/** Remarks on values that work for programs in a network of their own, and hardly are meant where there are browsers. */
function remarksOn(given: Variables): readonly string[] {
  const url = given.PUBLIC_URL === undefined ? null : URL.parse(given.PUBLIC_URL);
  if (given.NODE_ENV === "production" && url !== null && leavesInPlainText(url))
    return [
      "PUBLIC_URL is plain http: browsers keep no session cookie and make no passkeys, and passwords can be read on the way. Put TLS in front, and begin it with https",
    ];
  return [passkeyRemark(url, given)].filter((remark) => remark !== undefined);
}

function surroundedValues(given: Environment, names: readonly string[]): Fault[] {
  return names.flatMap((name): Fault[] => {
    const value = readWithoutSpaces.has(name) ? given[name]?.trim() : given[name];
    const fault = value === undefined ? undefined : whatSurrounds(value);
    return fault === undefined ? [] : [[name, fault]];
  });
}

function settingsFrom(
  {
    DATABASE_URL: database,
    DATABASE_POOL_SIZE: poolSize,
    DATABASE_STATEMENT_TIMEOUT: statementTimeoutSeconds,
    DATABASE_CONNECT_TIMEOUT: connectTimeoutSeconds,
    PROVIDERS: _, // its ids are those of `providers`
    ...others
  }: Variables,
  providers: readonly ReadProvider[],
): Omit<Settings, "given" | "remarks"> {
  const origin = originOf(others);
  const SIGNUP = others.SIGNUP ?? (others.NODE_ENV === "production" ? "verified" : "open");
  return {
    ...others,
    ...limitsOf(others, others.NODE_ENV === "production"),
    ...passkeySettingsOf(origin, others),
    DOCS: others.DOCS ?? (others.NODE_ENV === "production" ? "off" : "on"),
    CONSOLE: others.CONSOLE ?? (others.NODE_ENV === "production" ? "off" : "on"),
    SIGNUP,
    providers: providers.map((provider) =>
      providerOptionsOf(provider, {
        publicUrl: publicUrlOf(others),
        isSignupClosed: SIGNUP === "closed",
      }),
    ),
    // A colon would end the issuer's part of the URI that an app reads.
    TOTP_ISSUER: others.TOTP_ISSUER ?? others.SERVICE_NAME.replaceAll(/\s*:\s*/g, " - ").trim(),
    HASH_QUEUE: others.HASH_QUEUE ?? others.HASH_WORKERS * waitingPerWorker(others),
    database,
    pool: { poolSize, statementTimeoutSeconds, connectTimeoutSeconds },
    dataFolder: database.kind === "sqlite" ? dirname(database.path) : "data",
  };
}

function waitingPerWorker({
  PASSWORD_HASH,
  ARGON2_MEMORY_KIB,
  ARGON2_PASSES,
}: Pick<Variables, "PASSWORD_HASH" | "ARGON2_MEMORY_KIB" | "ARGON2_PASSES">): number {
  if (PASSWORD_HASH === "bcrypt") return BCRYPT_WAITING_PER_WORKER;
  const { memoryKib, passes } = ARGON2_FLOOR;
  const times = (ARGON2_MEMORY_KIB * ARGON2_PASSES) / (memoryKib * passes);
  return Math.max(BCRYPT_WAITING_PER_WORKER, Math.floor(ARGON2_WAITING_PER_WORKER / times));
}
