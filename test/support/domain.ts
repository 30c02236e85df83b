/** The rules of auth on a real database file, with real hashing, and a clock that stands still at `NOW`. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll } from "vitest";
import { createEventLog } from "../../src/routes/event-log.ts";
import {
  CEREMONY_SECONDS,
  EMAIL_UNDO_SECONDS,
  LOGIN_CHALLENGE_SECONDS,
  PROVIDER_CHALLENGE_SECONDS,
} from "../../src/contract/challenges.ts";
import type { LogEvent } from "../../src/contract/events.ts";
import { PASSWORD_MAX_CODE_POINTS } from "../../src/contract/values.ts";
import { signup } from "../../src/domain/accounts.ts";
import type { Dependencies } from "../../src/domain/ports/dependencies.ts";
import type { Occasion } from "../../src/domain/ports/events.ts";
import { openKeyRing } from "../../src/domain/keys.ts";
import { createPasswords } from "../../src/domain/passwords.ts";
import type { HashRecipe, HashWorkers } from "../../src/domain/ports/passwords.ts";
import { deriveKeys } from "../../src/domain/secrets.ts";
import { openSignerKey } from "../../src/domain/signer-keys.ts";
import type { User } from "../../src/domain/ports/users.ts";
import { createHashPool } from "../../src/platform/hash-workers.ts";
import { createGuessCounter } from "../../src/platform/guess-counter.ts";
import { isCommonPassword } from "../../src/platform/common-passwords.ts";
import { newId } from "../../src/platform/ids.ts";
import { openMailTemplates } from "../../src/process/mail-templates.ts";
import type { Storage } from "../../src/domain/ports/storage.ts";
import { openStorage } from "../../src/storage/storage.ts";
import { NOW } from "./clock.ts";
import { PASSWORD } from "./credentials.ts";
import { bcryptOf } from "./hashing.ts";
import { CHEAP_COST } from "./test-settings.ts";

export const AUTH_SECRET = "correct-battery-0123456789-staple-horse";
export const ISSUER = "https://auth.example.com";
export const CLIENT = { ip: "203.0.113.7", userAgent: "test" };

export interface Domain {
  readonly deps: Dependencies;
  readonly printed: LogEvent[];
  readonly folder: string;
  readonly databaseFile: string;
  /** The occasion of one request; `now` in milliseconds since the epoch. */
  at(now?: number): Occasion;
  newUser(email?: string, password?: string): Promise<User>;
  /** Runs SQL as another process would, on a connection of its own. */
  sql(statement: string, ...parameters: (string | number)[]): Record<string, unknown>[];
  /** Every byte the database has on the disk, the write-ahead log included. */
  bytesAtRest(): Buffer;
}

const generous = { count: 1_000_000, seconds: 60 };
/** Quotas that no test meets: tests of limits choose their own. */
export const generousQuotas: Dependencies["quotas"] = {
  login_ip: generous,
  login_email: generous,
  login_device: generous,
  password_account: generous,
  signup_ip: generous,
  forgot_ip: generous,
  forgot_email: generous,
  notice_email: generous,
  reset_ip: generous,
  refresh_ip: generous,
  signup_email: generous,
  challenge_ip: generous,
  email_change_account: generous,
  mail_login_ip: generous,
  mail_login_email: generous,
  passkey_ip: generous,
  provider_ip: generous,
  reauthentication_account: generous,
};
const unmetered: Dependencies["meter"] = {
  limitDecided() {},
  hashWaited() {},
  hashRefused() {},
  breachChecked() {},
};
const mailTemplates = openMailTemplates({ SERVICE_NAME: "Portcullis", MAIL_LOCALE: "en" });
export const mailPages: Dependencies["mailPages"] = {
  reset: `${ISSUER}/reset`,
  confirm: `${ISSUER}/confirm`,
  email: `${ISSUER}/email`,
  mailLogin: `${ISSUER}/login/mail`,
};
const pool = createHashPool(2, 1000);
const guesses = createGuessCounter(1000);
afterAll(() => Promise.all([pool.close(), guesses.close()]));
const opened: { close(): Promise<void> }[] = [];
afterAll(async () => {
  for (const domain of opened.splice(0)) await domain.close();
});

/** The dependencies of the rules, in one process on the storage; `print` gets its events. */
export async function dependenciesOn(
  storage: Storage,
  print: (event: LogEvent) => void,
  hashes: HashWorkers = pool,
  lifetimes: Partial<Dependencies["lifetimes"]> = {},
  recipe: HashRecipe = bcryptOf(CHEAP_COST),
): Promise<Dependencies> {
  const secretKeys = deriveKeys(AUTH_SECRET);
  return {
    storage,
    log: createEventLog(print, false),
    meter: unmetered,
    newId,
    secretKeys,
    keyRing: await openKeyRing(storage, secretKeys.signingKeySeal, 900, newId(NOW), NOW),
    passwords: createPasswords(
      hashes,
      {
        pepper: secretKeys.passwordPepper,
        openSignerKey: (sealed) => openSignerKey(secretKeys, sealed),
      },
      recipe,
    ),
    passwordPolicy: {
      minLength: 8,
      maxLength: PASSWORD_MAX_CODE_POINTS,
      serviceName: "Portcullis",
      isCommon: isCommonPassword,
      countGuesses: guesses.countGuesses,
      isBreached: async () => false,
    },
    lifetimes: {
      sessionSeconds: 86_400,
      sessionIdleSeconds: 3_600,
      accessTokenSeconds: 900,
      refreshTokenSeconds: 2_592_000,
      refreshGraceSeconds: 10,
      resetTokenSeconds: 1_800,
      signupSeconds: 86_400,
      challengeSeconds: 600,
      loginChallengeSeconds: LOGIN_CHALLENGE_SECONDS,
      ceremonySeconds: CEREMONY_SECONDS,
      providerSeconds: PROVIDER_CHALLENGE_SECONDS,
      emailUndoSeconds: EMAIL_UNDO_SECONDS,
      recentAuthSeconds: 600,
      ...lifetimes,
    },
    signup: { mode: "open", emailDomains: undefined },
    mailLogin: true,
    secondFactor: "optional",
    totpIssuer: "Portcullis",
    providers: new Map(),
    returnOrigins: new Set([ISSUER]),
    relyingParty: {
      id: new URL(ISSUER).hostname,
      name: "Portcullis",
      origins: new Set([ISSUER]),
    },
    quotas: generousQuotas,
    lockout: { threshold: 10, seconds: 900 },
    factorLockout: { threshold: 10, seconds: 900 },
    issuer: ISSUER,
    mailTemplates,
    mailPages,
  };
}

export const occasionAt = (now = NOW): Occasion => ({ requestId: newId(now), ip: CLIENT.ip, now });

/** `inMemory`: its file is on no disk, where the machine has such a folder. For tests of very many changes. */
export async function openDomain(
  hashes: HashWorkers = pool,
  lifetimes: Partial<Dependencies["lifetimes"]> = {},
  inMemory = false,
  recipe?: HashRecipe,
): Promise<Domain> {
  const place = inMemory && existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
  const folder = mkdtempSync(join(place, "portcullis-domain-"));
  const databaseFile = join(folder, "test.db");
  const storage = await openStorage({ kind: "sqlite", path: databaseFile });
  const printed: LogEvent[] = [];
  const deps = await dependenciesOn(
    storage,
    (event) => printed.push(event),
    hashes,
    lifetimes,
    recipe,
  );
  let made = 0;
  opened.push({
    async close() {
      await storage.close();
      rmSync(folder, { recursive: true });
    },
  });
  const at = occasionAt;
  return {
    deps,
    printed,
    folder,
    databaseFile,
    at,
    async newUser(email = `person-${(made += 1)}@example.com`, password = PASSWORD) {
      const outcome = await signup(deps, at(), { email, password, locale: null });
      if ("failure" in outcome) throw new Error(`No account: ${outcome.failure}`);
      return outcome.user;
    },
    sql(statement, ...parameters) {
      const connection = new DatabaseSync(databaseFile);
      try {
        return connection.prepare(statement).all(...parameters);
      } finally {
        connection.close();
      }
    },
    bytesAtRest: () =>
      Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name)))),
  };
}

/** Narrows an outcome to its success; the test ends here where there is none. */
export function succeeded<T extends object>(
  outcome: T,
): Exclude<T, { readonly failure: unknown } | { readonly kind: "pending" }> {
  if ("failure" in outcome) throw new Error(`Expected success, got ${String(outcome.failure)}`);
  if ("kind" in outcome && outcome.kind === "pending")
    throw new Error("Expected success, got a half-login");
  // Neither refused nor pending, as was just checked.
  return outcome as Exclude<T, { readonly failure: unknown } | { readonly kind: "pending" }>;
}
