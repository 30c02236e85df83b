/** The server: opens the system, composes the app, listens, and starts the jobs; closes all of it again. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { App, RouteDescriptor } from "@hectoday/http";
import { FastResponse } from "srvx/node";
import packageJson from "../../package.json" with { type: "json" };
import { createApp } from "../app.ts";
import { eventNames } from "../contract/events.ts";
import { metrics as catalogue } from "../contract/metrics.ts";
import { operationIds } from "../contract/operations.ts";
import { outsideRequest } from "../domain/change.ts";
import { shortenLocks } from "../domain/lockout.ts";
import type { Dependencies } from "../domain/ports/dependencies.ts";
import { createClientAddress } from "../platform/client-address.ts";
import { docsPage } from "../pages/docs.ts";
import { renderPages } from "../pages/pages.ts";
import { type PageSources, pageSourceNames } from "../pages/sources.ts";
import { createDocsAssets } from "../platform/docs-assets.ts";
import { createMetrics, type Metrics } from "../platform/metrics.ts";
import { readPageSources } from "../platform/page-sources.ts";
import { createBaseHeaders } from "../routes/headers.ts";
import { makeFolder } from "./data-folder.ts";
import { addKeyRing } from "./dependencies.ts";
import { ensureFirstAdmin, type FirstAdmin } from "./first-admin.ts";
import { startCleaning } from "./jobs/cleaning.ts";
import { startOutbox } from "./jobs/outbox.ts";
import { listen } from "./listener.ts";
import { createExposition } from "./scraping.ts";
import type { Settings } from "./settings.ts";
import { openSystem, type System } from "./system.ts";

const { version } = packageJson;

/** How long accepted requests may take to finish once shutdown has begun (ST-13). Milliseconds. */
const DRAIN_TIMEOUT_MS = 8_000;

export interface RunningServer {
  /** Where it listens: `http://127.0.0.1:3000`. */
  readonly address: string;
  readonly firstAdmin: FirstAdmin | undefined;
  /** Where mails become files while there is no SMTP server. */
  readonly outboxFolder: string;
  /** Everything that is served: operations, pages, and the refusals of other methods. */
  readonly routes: readonly RouteDescriptor[];
  /** From now on the server is not ready, and refuses whatever needs the database. */
  drain(): void;
  /** Drains, waits for accepted requests, closes everything, logs `reason`. Safe to call twice. */
  stop(reason: string): Promise<void>;
}

/** Starts the server and resolves once it listens. Rejects, with everything closed, with an error that `refusalOf` explains. */
export async function startServer(settings: Settings): Promise<RunningServer> {
  const outboxFolder = join(settings.dataFolder, "outbox");
  if (settings.NODE_ENV !== "production") await makeFolder(outboxFolder);
  const metrics = createMetrics({ catalogue, operationIds, eventNames });
  try {
    const system = await openSystem(settings, metrics);
    try {
      return await startOn(system, metrics, outboxFolder);
    } catch (error) {
      await system.close().catch(() => undefined); // the first error is the one to tell
      throw error;
    }
  } catch (error) {
    metrics.close();
    throw error;
  }
}

async function startOn(
  system: System,
  metrics: Metrics,
  outboxFolder: string,
): Promise<RunningServer> {
  const { settings } = system;
  const deps = await addKeyRing(system.deps, settings);
  const { log, storage } = deps;
  const now = Date.now;
  system.bcrypt.start(); // or the first login would wait for the threads
  await shortenLocks(deps, now());
  const firstAdmin = await ensureFirstAdmin(deps, settings, outsideRequest(now()));

  let draining = false;
  const site: Site = {
    https: deps.issuer.startsWith("https:"),
    allowedOrigins: new Set([deps.issuer]),
    isDraining: () => draining,
    now,
  };
  const app = composeApp(system, deps, metrics, site, await readPageSources(pageSourceNames));
  const baseHeaders = createBaseHeaders(site.https);
  const listener = await listen(settings, {
    fetch: app.fetch,
    commonHeaders: () => ({ ...baseHeaders, "x-request-id": deps.newId(now()) }),
  });
  const { address } = listener;
  // A developer's browser may call a loopback address by any of its names.
  if (settings.NODE_ENV !== "production")
    for (const origin of loopbackOrigins(address)) site.allowedOrigins.add(origin);
  log.print(log.compose(outsideRequest(now()), "server_started", { version, address }));
  const outbox = startOutbox(settings, deps, outboxFolder);
  const cleaning = startCleaning(storage, settings, now);

  let stopped: Promise<void> | undefined;
  async function stop(reason: string): Promise<void> {
    draining = true;
    cleaning.stop();
    const cut = setTimeout(() => void listener.close(true), DRAIN_TIMEOUT_MS);
    await Promise.all([listener.close(), outbox.stop()]);
    clearTimeout(cut);
    metrics.close();
    await system.close(() => {
      log.print(log.compose(outsideRequest(now()), "server_stopped", { version, reason }));
    });
  }
  return {
    address,
    firstAdmin,
    outboxFolder,
    routes: app.routes,
    drain: () => {
      draining = true;
    },
    stop: (reason) => (stopped ??= stop(reason)),
  };
}

/** Facts on which the app and the listener must agree, and which may change while the server runs. */
interface Site {
  /** Served over TLS, as PUBLIC_URL says. */
  readonly https: boolean;
  /** Grows by the loopback names once the port is known, in development. */
  readonly allowedOrigins: Set<string>;
  readonly isDraining: () => boolean;
  readonly now: () => number;
}

function composeApp(
  { settings, bcrypt }: System,
  deps: Dependencies,
  metrics: Metrics,
  { https, allowedOrigins, isDraining, now }: Site,
  pageSources: PageSources,
): App {
  const { storage, issuer: publicUrl } = deps;
  const production = settings.NODE_ENV === "production";
  const expose = createExposition(metrics, {
    storage,
    bcrypt,
    pool: () => storage.poolState(),
    hashQueueLimit: settings.HASH_QUEUE,
    now,
  });
  return createApp({
    deps,
    production,
    https,
    allowedOrigins,
    corsOrigins: settings.CORS_ORIGINS,
    pages: renderPages(pageSources, { newPassword: deps.passwordPolicy }),
    docs:
      (settings.DOCS ?? (production ? "off" : "on")) === "on" ? openDocs(pageSources) : undefined,
    isDraining,
    metrics: { expose, token: settings.METRICS_TOKEN, publicUrl },
    clientAddress: createClientAddress(settings.TRUST_PROXY),
    now,
    ResponseClass: FastResponse,
  });
}

/** `/docs`, its assets, and the published document. */
function openDocs(pageSources: PageSources) {
  const published = new URL("../../openapi/openapi.json", import.meta.url);
  return {
    page: docsPage(pageSources),
    document: () => readFile(published, "utf8"),
    assets: createDocsAssets(),
  };
}

function loopbackOrigins(address: string): string[] {
  const { port } = new URL(address);
  return ["localhost", "127.0.0.1", "[::1]"].map((host) => `http://${host}:${port}`);
}
