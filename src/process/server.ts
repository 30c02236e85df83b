/** The server as one thing: everything it needs opened in order, and closed again. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { RouteDescriptor } from "@hectoday/http";
import { FastResponse } from "srvx/node";
import packageJson from "../../package.json" with { type: "json" };
import { createApp } from "../app.ts";
import { createEventLog } from "../routes/event-log.ts";
import { startCleaning } from "./jobs/cleaning.ts";
import { dataFolderOf, poolOf, type Settings } from "./settings.ts";
import { eventNames } from "../contract/events.ts";
import { metrics as catalogue } from "../contract/metrics.ts";
import { operationIds, operations } from "../contract/operations.ts";
import { secretFieldNames } from "../contract/secret-fields.ts";
import { authSecretOf, makeDataFolder } from "./data-folder.ts";
import { createDependencies } from "./dependencies.ts";
import { deriveKeys } from "../domain/secrets.ts";
import { ensureFirstAdmin, type FirstAdmin } from "./first-admin.ts";
import { listen } from "./listener.ts";
import { startOutbox } from "./jobs/outbox.ts";
import { createBcryptPool } from "../platform/bcrypt-workers.ts";
import { createClientAddress } from "../platform/client-address.ts";
import { createDocsAssets } from "../platform/docs-assets.ts";
import { createLogWriter } from "../platform/log.ts";
import { createMetrics } from "../platform/metrics.ts";
import { createExposition } from "./scraping.ts";
import { createBaseHeaders } from "../routes/headers.ts";
import { openStorage } from "../storage/storage.ts";

const { version } = packageJson;

/** How long accepted requests may take to finish once shutdown has begun (ST-13). Milliseconds. */
const DRAIN_TIMEOUT_MS = 8_000;

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
  const dataFolder = dataFolderOf(settings);
  const hasFiles = !production || settings.DATABASE_URL.startsWith("sqlite:");
  if (hasFiles) await makeDataFolder(dataFolder, !production);
  const authSecret = await authSecretOf(settings, dataFolder);

  const publicUrl = settings.PUBLIC_URL ?? `http://localhost:${settings.PORT}`;
  const logWriter = createLogWriter(
    settings.LOG_LEVEL,
    secretFieldNames(Object.values(operations)),
  );
  const meter = createMetrics({ catalogue, operationIds, eventNames });
  // Counted whatever LOG_LEVEL lets through.
  const log = createEventLog((event) => {
    meter.count(event);
    logWriter.print(event);
  }, production);
  const storage = await openStorage(settings.DATABASE_URL, poolOf(settings));
  const bcrypt = createBcryptPool(settings.HASH_WORKERS, settings.HASH_QUEUE, meter);
  const secretKeys = deriveKeys(authSecret);
  const now = Date.now;
  const opened = { storage, log, meter, secretKeys, bcrypt, publicUrl };
  const deps = await createDependencies(settings, opened);
  const firstAdmin = await ensureFirstAdmin(deps, settings, {
    requestId: null,
    ip: null,
    now: now(),
  });

  let draining = false;
  const https = publicUrl.startsWith("https:");
  const allowedOrigins = new Set([publicUrl]);
  const app = createApp({
    deps,
    production,
    https,
    allowedOrigins,
    corsOrigins: settings.CORS_ORIGINS,
    docs: (settings.DOCS ?? (production ? "off" : "on")) === "on" ? docs() : undefined,
    isDraining: () => draining,
    metrics: {
      expose: createExposition(meter, {
        storage,
        bcrypt,
        pool: () => storage.poolState(),
        hashQueueLimit: settings.HASH_QUEUE,
        now,
      }),
      token: settings.METRICS_TOKEN,
      publicUrl,
    },
    clientAddress: createClientAddress(settings.TRUST_PROXY),
    now,
    ResponseClass: FastResponse,
  });
  const baseHeaders = createBaseHeaders(https);
  const listener = await listen(settings, {
    fetch: app.fetch,
    commonHeaders: () => ({ ...baseHeaders, "x-request-id": deps.newId(now()) }),
  });
  const { address } = listener;
  // A developer's browser may call a loopback address by any of its names.
  if (!production) for (const origin of loopbackOrigins(address)) allowedOrigins.add(origin);
  log.print(log.compose(outside(now()), "server_started", { version, address }));
  const outbox = startOutbox(settings, deps, join(dataFolder, "outbox"));
  const cleaning = startCleaning(storage, settings, now);
  let stopped: Promise<void> | undefined;
  async function stop(reason: string): Promise<void> {
    draining = true;
    cleaning.stop();
    const cut = setTimeout(() => void listener.close(true), DRAIN_TIMEOUT_MS);
    await Promise.all([listener.close(), outbox.stop()]);
    clearTimeout(cut);
    await bcrypt.close();
    await storage.close();
    meter.close();
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

/** What `/docs` shows: the document as it was published. */
function docs() {
  const published = new URL("../../openapi/openapi.json", import.meta.url);
  return { document: () => readFile(published, "utf8"), assets: createDocsAssets() };
}

function loopbackOrigins(address: string): string[] {
  const { port } = new URL(address);
  return ["localhost", "127.0.0.1", "[::1]"].map((host) => `http://${host}:${port}`);
}

function outside(now: number) {
  return { requestId: null, ip: null, now };
}
