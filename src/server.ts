/** The process: settings, storage, listen, and on a signal drain, close, exit. */
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { RouteDescriptor } from "@hectoday/http";
import { FastResponse, serve } from "srvx/node";
import packageJson from "../package.json" with { type: "json" };
import { createApp, createEventLog } from "./app.ts";
import { startCleaning } from "./cleaning.ts";
import { readSettings, type Settings } from "./config.ts";
import { operations } from "./contract/operations.ts";
import { secretFieldNames } from "./contract/secret-fields.ts";
import { BODY_MAX_BYTES, PASSWORD_MAX_CODE_POINTS } from "./contract/values.ts";
import type { Dependencies } from "./domain/dependencies.ts";
import { ForeignSecretError, openKeyRing } from "./domain/keys.ts";
import { deliverNext, type Delivery, type MailTransport } from "./domain/mail-delivery.ts";
import { createPasswords } from "./domain/passwords.ts";
import { deriveKeys } from "./domain/secrets.ts";
import { StorageUnavailableError } from "./domain/storage.ts";
import { ensureFirstAdmin, type FirstAdmin } from "./first-admin.ts";
import { greetingOf } from "./greeting.ts";
import { loadDevelopmentSecret } from "./platform/auth-secret.ts";
import { createBcryptPool } from "./platform/bcrypt-workers.ts";
import { createClientAddress } from "./platform/client-address.ts";
import { isCommonPassword } from "./platform/common-passwords.ts";
import { createDocsAssets } from "./platform/docs-assets.ts";
import { newId } from "./platform/ids.ts";
import { createLogWriter } from "./platform/log.ts";
import { createFileTransport } from "./platform/mail-files.ts";
import { startMailSender } from "./platform/mail-sender.ts";
import { createSmtpTransport } from "./platform/mail-smtp.ts";
import { describeError } from "./routes/errors.ts";
import { StartRefusedError } from "./start-refused.ts";
import { openStorage } from "./storage/storage.ts";

const { version } = packageJson;

/** A request must be complete within this; slower ones are cut (IV-08). Milliseconds. */
const REQUEST_TIMEOUT_MS = 15_000;
const HEADERS_TIMEOUT_MS = 10_000;
/** How often connections are held against the timeouts: a slow one lasts this much longer at the most. Milliseconds. */
const CONNECTION_CHECK_INTERVAL_MS = 1_000;
/** How long a kept-alive connection may idle: longer than common proxies keep theirs. Milliseconds. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
/** How long accepted requests may take to finish once shutdown has begun (ST-13). Milliseconds. */
const DRAIN_TIMEOUT_MS = 8_000;
/** A reserved name (RFC 2606), for mails that become files. */
const DEVELOPMENT_SENDER = { name: "Portcullis", address: "portcullis@example.com" };

export interface RunningServer {
  /** Where it listens: `http://127.0.0.1:3000`. */
  readonly address: string;
  readonly firstAdmin: FirstAdmin | undefined;
  readonly dataFolder: string;
  /** All that is served: operations, pages, and the refusals of other methods. */
  readonly routes: readonly RouteDescriptor[];
  /** From now on it is not ready, and refuses what needs the database. */
  drain(): void;
  /** Drains, waits for what was accepted, closes everything, logs `reason`. Safe to call twice. */
  stop(reason: string): Promise<void>;
}

/** Starts everything, in the order each thing needs the one before; answers once it listens. */
export async function startServer(settings: Settings): Promise<RunningServer> {
  const production = settings.NODE_ENV === "production";
  const dataFolder = dirname(settings.DATABASE_URL.slice("sqlite:".length));
  const authSecret = settings.AUTH_SECRET ?? (await loadDevelopmentSecret(dataFolder));
  if (!production) await mkdir(join(dataFolder, "outbox"), { recursive: true, mode: 0o700 });

  const publicUrl = settings.PUBLIC_URL ?? `http://localhost:${settings.PORT}`;
  const logWriter = createLogWriter(
    settings.LOG_LEVEL,
    secretFieldNames(Object.values(operations)),
  );
  const log = createEventLog(logWriter.print, production);
  const storage = await openStorage(settings.DATABASE_URL);
  const bcrypt = createBcryptPool(settings.HASH_WORKERS, settings.HASH_QUEUE);
  const secretKeys = deriveKeys(authSecret);
  const now = Date.now;
  const deps: Dependencies = {
    storage,
    log,
    newId,
    secretKeys,
    keyRing: await openKeyRing(
      storage,
      secretKeys.signingKeySeal,
      settings.ACCESS_TOKEN_TTL,
      newId(now()),
      now(),
    ),
    passwords: createPasswords(bcrypt, secretKeys.passwordPepper, settings.BCRYPT_COST),
    passwordPolicy: {
      minLength: settings.PASSWORD_MIN_LENGTH,
      maxLength: PASSWORD_MAX_CODE_POINTS,
      isCommon: isCommonPassword,
    },
    lifetimes: {
      sessionSeconds: settings.SESSION_TTL,
      sessionIdleSeconds: settings.SESSION_IDLE_TTL,
      accessTokenSeconds: settings.ACCESS_TOKEN_TTL,
      refreshTokenSeconds: settings.REFRESH_TOKEN_TTL,
      refreshGraceSeconds: settings.REFRESH_GRACE,
      resetTokenSeconds: settings.RESET_TOKEN_TTL,
    },
    quotas: {
      login_ip: settings.LIMIT_LOGIN_IP,
      login_email: settings.LIMIT_LOGIN_EMAIL,
      login_device: settings.LIMIT_LOGIN_EMAIL,
      password_account: settings.LIMIT_LOGIN_EMAIL,
      signup_ip: settings.LIMIT_SIGNUP_IP,
      forgot_ip: settings.LIMIT_FORGOT_IP,
      reset_ip: settings.LIMIT_FORGOT_IP,
      forgot_email: settings.LIMIT_FORGOT_EMAIL,
      refresh_ip: settings.LIMIT_REFRESH_IP,
    },
    lockout: { threshold: settings.LOCKOUT_THRESHOLD, seconds: settings.LOCKOUT_SECONDS },
    issuer: publicUrl,
  };
  const firstAdmin = await ensureFirstAdmin(deps, settings, {
    requestId: null,
    ip: null,
    now: now(),
  });

  let draining = false;
  const hasUsableHost = createHostCheck();
  const allowedOrigins = new Set([publicUrl]);
  const app = createApp({
    deps,
    production,
    https: publicUrl.startsWith("https:"),
    allowedOrigins,
    corsOrigins: settings.CORS_ORIGINS,
    docs: (settings.DOCS ?? (production ? "off" : "on")) === "on" ? docs() : undefined,
    isDraining: () => draining,
    clientAddress: createClientAddress(settings.TRUST_PROXY),
    now,
    ResponseClass: FastResponse,
  });
  const server = serve({
    fetch: (request) => (hasUsableHost(request) ? app.fetch(request) : badRequest()),
    port: settings.PORT,
    hostname: settings.HOST,
    silent: true,
    gracefulShutdown: false,
    maxRequestBodySize: BODY_MAX_BYTES,
    node: {
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: CONNECTION_CHECK_INTERVAL_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    },
  });
  await server.ready().catch((error: unknown) => {
    throw asStartRefused(error, settings);
  });
  const address = addressOf(server.url);
  // A developer's browser may call a loopback address by any of its names.
  if (!production) for (const origin of loopbackOrigins(address)) allowedOrigins.add(origin);
  log.print(log.compose(outside(now()), "server_started", { version, address }));
  const delivery: Delivery = {
    storage,
    log,
    transport: mailTransport(settings, join(dataFolder, "outbox")),
    mailSeal: secretKeys.mailSeal,
    now,
  };
  const mailSender = startMailSender(
    (stopping) => deliverNext(delivery, stopping),
    (error) => {
      // The next look tries again; what is known to pass by itself is no news.
      if (error instanceof StorageUnavailableError) return;
      const fields = { error: describeError(error, !production) };
      log.print(log.compose(outside(now()), "unhandled_error", fields));
    },
  );

  const cleaning = startCleaning(storage, settings, now);
  let stopped: Promise<void> | undefined;
  async function stop(reason: string): Promise<void> {
    draining = true;
    cleaning.stop();
    const cut = setTimeout(() => void server.close(true), DRAIN_TIMEOUT_MS);
    await Promise.all([server.close(), mailSender.stop()]);
    clearTimeout(cut);
    await bcrypt.close();
    await storage.close();
    log.print(log.compose(outside(now()), "server_stopped", { version, reason }));
    await logWriter.close();
  }
  return {
    address,
    firstAdmin,
    dataFolder,
    routes: app.routes,
    drain: () => {
      draining = true;
    },
    stop: (reason) => (stopped ??= stop(reason)),
  };
}

/** What `npm start` does: starts from the environment, says where to look, ends on a signal. */
export async function main(): Promise<void> {
  const read = readSettings();
  if ("faults" in read) {
    for (const fault of read.faults) console.error(`Setting ${fault}`);
    console.error("Nothing was started. The settings are described in the README.");
    process.exitCode = 1;
    return;
  }
  const server = await startServer(read.settings).catch((error: unknown) => {
    const isMendable = error instanceof StartRefusedError || error instanceof ForeignSecretError;
    console.error(isMendable ? error.message : error);
    process.exit(1);
  });
  console.error(greetingOf(server, read.settings));
  // A second signal finds the stop under way and changes nothing.
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => void server.stop(signal).then(() => process.exit(0)));
}

function asStartRefused(error: unknown, { HOST, PORT }: Settings): unknown {
  if (!(error instanceof Error && "code" in error)) return error;
  if (error.code === "EADDRINUSE")
    return new StartRefusedError(`PORT ${PORT} is in use: stop what uses it, or set another PORT`);
  if (error.code === "EACCES" || error.code === "EADDRNOTAVAIL")
    return new StartRefusedError(`HOST ${HOST} with PORT ${PORT} cannot be listened on here`);
  return error;
}

/** What `/docs` shows: the document as it was published. */
function docs() {
  const published = new URL("../openapi/openapi.json", import.meta.url);
  return { document: () => readFile(published, "utf8"), assets: createDocsAssets() };
}

function mailTransport({ SMTP_URL, MAIL_FROM }: Settings, outbox: string): MailTransport {
  const from = MAIL_FROM ?? DEVELOPMENT_SENDER;
  return SMTP_URL === undefined
    ? createFileTransport(outbox, from)
    : createSmtpTransport(SMTP_URL, from);
}

/**
 * A second Host header, or one that is no host, is what a proxy in front may have read differently
 * (IV-12, RFC 9112 §3.2). The last good one is remembered: nearly every request sends the same.
 */
function createHostCheck(): (request: Request) => boolean {
  let knownHost: string | null = null;
  return (request) => {
    const host = request.headers.get("host"); // two of them arrive joined by a comma
    if (host === knownHost || host === null) return true;
    if (/[,/?#@\\]/.test(host) || !URL.canParse(`http://${host}/`)) return false;
    knownHost = host;
    return true;
  };
}

/** As bare as what Node's parser answers to a request that is no HTTP. */
function badRequest(): Response {
  return new FastResponse(null, {
    status: 400,
    headers: { "cache-control": "no-store", connection: "close" },
  });
}

function addressOf(url: string | undefined): string {
  if (url === undefined) throw new Error("The server listens on no address");
  return new URL(url).origin;
}

function loopbackOrigins(address: string): string[] {
  const { port } = new URL(address);
  return ["localhost", "127.0.0.1", "[::1]"].map((host) => `http://${host}:${port}`);
}

function outside(now: number) {
  return { requestId: null, ip: null, now };
}
