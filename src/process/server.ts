/** The server: opens the system, composes the app, listens, and starts the jobs; closes all of it again. */
import { join } from "node:path";
import type { App, RouteDescriptor } from "@hectoday/http";
import { FastResponse } from "srvx/node";
import packageJson from "../../package.json" with { type: "json" };
import { createApp } from "../app.ts";
import { CSRF_COOKIE, plainCookieName } from "../contract/cookies.ts";
import { eventNames } from "../contract/events.ts";
import { metrics as catalogue } from "../contract/metrics.ts";
import { operationIds } from "../contract/operations.ts";
import { outsideRequest } from "../domain/change.ts";
import { ForeignSecretError } from "../domain/keys.ts";
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
import { foreignSecretFile, makeFolder } from "./data-folder.ts";
import { addKeyRing } from "./dependencies.ts";
import { ensureFirstAdmin, type FirstAdmin } from "./first-admin.ts";
import { startCleaning } from "./jobs/cleaning.ts";
import { startOutbox } from "./jobs/outbox.ts";
import { listen } from "./listener.ts";
import { withPlainCookies } from "./plain-cookies.ts";
import { createExposition } from "./scraping.ts";
import { warmProviders } from "./providers.ts";
import { remarksOnFiles } from "./ownership.ts";
import { lockServer, type ServerLock } from "./server-lock.ts";
import type { Settings } from "./settings.ts";
import { StartRefusedError } from "./start-refused.ts";
import { openSystem, type System } from "./system.ts";

const { version } = packageJson;

/** How long accepted requests may take to finish once shutdown has begun (ST-13). Milliseconds. */
const DRAIN_TIMEOUT_MS = 8_000;

export interface RunningServer {
  /** Where it listens: `http://127.0.0.1:3000`, `http://[::]:3000`. */
  readonly address: string;
  readonly firstAdmin: FirstAdmin | undefined;
  /** Where mails become files while there is no SMTP server. */
  readonly outboxFolder: string;
  /** Sentences for the person who starts it: what works, and is hardly meant. */
  readonly remarks: readonly string[];
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
  const remarksBefore = remarksOnFiles(settings);
  const metrics = createMetrics({ catalogue, operationIds, eventNames });
  let lock: ServerLock | undefined;
  try {
    const system = await openSystem(settings, metrics);
    lock = lockServer(settings.database);
    try {
      const remarks = [...remarksBefore, ...(lock.remark === undefined ? [] : [lock.remark])];
      return await startOn(system, metrics, { outboxFolder, remarks, lock });
    } catch (error) {
      await system.close().catch(() => undefined); // the first error is the one to tell
      throw error;
    }
  } catch (error) {
    lock?.release();
    metrics.close();
    throw error;
  }
}

interface Surroundings extends Pick<RunningServer, "outboxFolder" | "remarks"> {
  readonly lock: ServerLock;
}

async function startOn(
  system: System,
  metrics: Metrics,
  { outboxFolder, remarks, lock }: Surroundings,
): Promise<RunningServer> {
  const { settings } = system;
  const opened = await openKeys(system);
  const passkeyOrigins = new Set(opened.relyingParty.origins);
  const relyingParty = { ...opened.relyingParty, origins: passkeyOrigins };
  const deps: Dependencies = { ...opened, relyingParty };
  const { log, storage } = deps;
  const now = Date.now;
  system.hashes.start(); // or the first login would wait for the threads
  await shortenLocks(deps, now());

  let draining = false;
  const site: Site = {
    https: deps.issuer.startsWith("https:"),
    allowedOrigins: new Set([deps.issuer]),
    isDraining: () => draining,
    now,
  };
  const app = composeApp(system, deps, metrics, site, await readPageSources(pageSourceNames));
  const baseHeaders = createBaseHeaders(site.https);
  const answer = settings.DEV_COOKIES === "plain" ? withPlainCookies(app.fetch) : app.fetch;
  let isOpen = false;
  const opening = Promise.withResolvers<void>();
  const listener = await listen(settings, {
    fetch: (request) => (isOpen ? answer(request) : opening.promise.then(() => answer(request))),
    commonHeaders: () => ({ ...baseHeaders, "x-request-id": deps.newId(now()) }),
  });
  const { address } = listener;
  // Only where the port is ours: the password is shown once, and a start that failed then would have hidden it. And
  // before the first request, by which a stranger could take the administrator's address.
  const firstAdmin = await ensureFirstAdmin(deps, settings, outsideRequest(now())).catch(
    async (error: unknown) => {
      await listener.close(true);
      throw error;
    },
  );
  // A developer's browser may call this machine by any of its names.
  if (settings.NODE_ENV !== "production") {
    const isOursAlone = passkeyOrigins.size === 1 && passkeyOrigins.has(deps.issuer);
    for (const origin of ownOrigins(address)) {
      site.allowedOrigins.add(origin);
      // Not where WEBAUTHN_ORIGINS says which: those are then all there are.
      if (isOursAlone && new URL(origin).hostname === relyingParty.id) passkeyOrigins.add(origin);
    }
  }
  log.print(log.compose(outsideRequest(now()), "server_started", { version, address }));
  isOpen = true;
  opening.resolve();
  warmProviders(system.providers);
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
    lock.release();
    await system.close(() => {
      log.print(log.compose(outsideRequest(now()), "server_stopped", { version, reason }));
    });
  }
  return {
    address,
    firstAdmin,
    outboxFolder,
    remarks,
    routes: app.routes,
    drain: () => {
      draining = true;
    },
    stop: (reason) => (stopped ??= stop(reason)),
  };
}

/** Without AUTH_SECRET, in development, the secret is a file, and another than the one that the database was made with. */
async function openKeys({ deps, settings }: System): Promise<Dependencies> {
  return addKeyRing(deps, settings).catch((error: unknown) => {
    if (!(error instanceof ForeignSecretError) || settings.AUTH_SECRET !== undefined) throw error;
    throw new StartRefusedError(foreignSecretFile(settings), { cause: error });
  });
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
  { settings, hashes }: System,
  deps: Dependencies,
  metrics: Metrics,
  { https, allowedOrigins, isDraining, now }: Site,
  pageSources: PageSources,
): App {
  const { storage, issuer: publicUrl } = deps;
  const production = settings.NODE_ENV === "production";
  const hasDocs = settings.DOCS === "on";
  const csrfCookie = settings.DEV_COOKIES === "plain" ? plainCookieName(CSRF_COOKIE) : CSRF_COOKIE;
  const expose = createExposition(metrics, {
    storage,
    hashes,
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
    corsHeaders: settings.CORS_HEADERS,
    pages: renderPages(pageSources, {
      newPassword: deps.passwordPolicy,
      hasDocs,
      service: settings.SERVICE_NAME,
      csrfCookie,
      providers: settings.providers,
    }),
    docs: hasDocs ? openDocs(pageSources, csrfCookie) : undefined,
    isDraining,
    metrics: { expose, token: settings.METRICS_TOKEN, publicUrl },
    clientAddress: createClientAddress(settings.TRUST_PROXY),
    now,
    ResponseClass: FastResponse,
  });
}

/** `/docs`, its assets, and the published document. */
function openDocs(pageSources: PageSources, csrfCookie: string) {
  return { page: docsPage(pageSources, csrfCookie), assets: createDocsAssets() };
}

/** Also by the address itself, which may be another one of this machine. */
function ownOrigins(address: string): string[] {
  const { port } = new URL(address);
  const loopback = ["localhost", "127.0.0.1", "[::1]"].map((host) => `http://${host}:${port}`);
  return [...loopback, address];
}
