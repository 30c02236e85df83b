/** The service: the opened system, the app on it, and its jobs. A listener sends it requests, or the program it is embedded in. */
import { join } from "node:path";
import type { App, RouteDescriptor } from "@hectoday/http";
import { createApp } from "../app.ts";
import { eventNames } from "../contract/events.ts";
import { mountedDocument } from "../contract/mounted-document.ts";
import { metrics as catalogue } from "../contract/metrics.ts";
import { operationIds } from "../contract/operations.ts";
import { outsideRequest } from "../domain/change.ts";
import { ForeignSecretError } from "../domain/keys.ts";
import { shortenLocks } from "../domain/lockout.ts";
import type { Dependencies } from "../domain/ports/dependencies.ts";
import { docsPage } from "../pages/docs.ts";
import { renderTranslatedPages, renderPages } from "../pages/pages.ts";
import { type PageSources, pageSourceNames } from "../pages/sources.ts";
import { createClientAddress, type PeerOf } from "../platform/client-address.ts";
import { createDocsAssets } from "../platform/docs-assets.ts";
import { createMetrics, type Metrics } from "../platform/metrics.ts";
import { readPageSources } from "../platform/page-sources.ts";
import type { ResponseConstructor } from "../routes/responder.ts";
import { connectionPeerOf } from "./connection-peer.ts";
import { foreignSecretFile, makeFolder } from "./data-folder.ts";
import { addKeyRing } from "./dependencies.ts";
import { installationOf } from "./installation.ts";
import { startCleaning } from "./jobs/cleaning.ts";
import { startOutbox } from "./jobs/outbox.ts";
import { remarksOnFiles } from "./ownership.ts";
import { openPageLook, type OwnPageFiles } from "./page-look.ts";
import { builtPageFiles, pageSettingsOf } from "./page-settings.ts";
import { withPlainCookies } from "./plain-cookies.ts";
import { warmProviders } from "./providers.ts";
import { createExposition } from "./scraping.ts";
import { lockServer, type ServerLock } from "./server-lock.ts";
import { mountPathOf, originOf } from "./setting-variables.ts";
import type { Settings } from "./settings.ts";
import { StartRefusedError } from "./start-refused.ts";
import { openSystem, type System } from "./system.ts";
import { version } from "./version.ts";

/** How long accepted requests may take to finish once shutdown has begun (ST-13). Milliseconds. */
export const DRAIN_TIMEOUT_MS = 8_000;

/** The parts that differ between a listener and another program. */
export interface Surroundings {
  /** The peer that made a request; `given` is the second argument of `fetch`. */
  readonly peerOf: PeerOf;
  readonly ResponseClass: ResponseConstructor;
  /** Gets the lines of the log, in place of stdout. */
  readonly printLine?: ((line: string) => void) | undefined;
  /** Gets a sentence for the person who starts it, while the start is under way. */
  readonly tell: (sentence: string) => void;
}

export interface Service {
  readonly settings: Settings;
  readonly deps: Dependencies;
  /** Served over TLS, as PUBLIC_URL says. */
  readonly https: boolean;
  /** Where mails become files while there is no SMTP server. */
  readonly outboxFolder: string;
  /** Sentences for the person who starts it: what works, and is hardly meant. */
  readonly remarks: readonly string[];
  /** Everything that is served: operations, pages, and the refusals of other methods. */
  readonly routes: readonly RouteDescriptor[];
  readonly now: () => number;
  fetch(request: Request, given?: unknown): Response | Promise<Response>;
  /** Says that it has started, at an address, and starts the jobs. */
  begin(address: string): void;
  /** Lets a developer's browser use the API, and passkeys, by these names too. */
  allowOrigins(origins: readonly string[]): void;
  /** From now on the service is not ready, and refuses whatever needs the database. */
  drain(): void;
  /** Drains, waits for `accepted` requests, closes everything, logs `reason`. */
  stop(reason: string, accepted: () => Promise<void>): Promise<void>;
  /** Closes everything, and says nothing: it never began. */
  abandon(): Promise<void>;
}

/** Opens everything. Nothing is served until `fetch` is called. Rejects, with everything closed, with an error that `refusalOf` explains. */
export async function openService(
  settings: Settings,
  surroundings: Surroundings,
): Promise<Service> {
  const outboxFolder = join(settings.dataFolder, "outbox");
  if (settings.NODE_ENV !== "production") await makeFolder(outboxFolder);
  const remarks = remarksOnFiles(settings);
  const metrics = createMetrics({ catalogue, operationIds, eventNames });
  let lock: ServerLock | undefined;
  try {
    // Before the database is brought to this version's schema beneath another server.
    if (settings.database.kind === "sqlite") await makeFolder(settings.dataFolder);
    const isShared = settings.SHARED_DATABASE === "on";
    lock = await lockServer(settings.database, { isShared, tell: surroundings.tell });
    const system = await openSystem(settings, metrics, surroundings.printLine);
    try {
      return await compose(system, metrics, surroundings, { outboxFolder, remarks, lock });
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

interface Opened extends Pick<Service, "outboxFolder" | "remarks"> {
  readonly lock: ServerLock;
}

async function compose(
  system: System,
  metrics: Metrics,
  surroundings: Surroundings,
  { outboxFolder, remarks, lock }: Opened,
): Promise<Service> {
  const { settings } = system;
  const opened = await openKeys(system);
  const passkeyOrigins = new Set(opened.relyingParty.origins);
  const relyingParty = { ...opened.relyingParty, origins: passkeyOrigins };
  const deps: Dependencies = { ...opened, relyingParty };
  const { log, storage } = deps;
  const now = Date.now;
  await shortenLocks(deps, now());

  let draining = false;
  const site: Site = {
    https: deps.issuer.startsWith("https:"),
    allowedOrigins: new Set([originOf(settings)]),
    isDraining: () => draining,
    now,
  };
  const pageSources = await readPageSources(pageSourceNames);
  const own = await openPageLook(settings);
  const app = composeApp(system, deps, metrics, site, surroundings, { ...own, pageSources });

  let jobs: { readonly stop: () => Promise<void> } | undefined;
  return {
    settings,
    deps,
    https: site.https,
    outboxFolder,
    remarks,
    routes: app.routes,
    now,
    fetch: settings.DEV_COOKIES === "plain" ? withPlainCookies(app.fetch) : app.fetch,
    begin(address) {
      log.print(log.compose(outsideRequest(now()), "server_started", { version, address }));
      warmProviders(system.providers);
      const outbox = startOutbox(settings, deps, outboxFolder);
      const cleaning = startCleaning(storage, settings, now);
      jobs = {
        stop() {
          cleaning.stop();
          return outbox.stop();
        },
      };
    },
    allowOrigins(origins) {
      const isOursAlone = passkeyOrigins.size === 1 && passkeyOrigins.has(originOf(settings));
      for (const origin of origins) {
        site.allowedOrigins.add(origin);
        // Not where WEBAUTHN_ORIGINS says which: those are then all there are.
        if (isOursAlone && new URL(origin).hostname === relyingParty.id) passkeyOrigins.add(origin);
      }
    },
    drain() {
      draining = true;
    },
    async stop(reason, accepted) {
      draining = true;
      await Promise.all([accepted(), jobs?.stop()]);
      metrics.close();
      await system
        .close(() => {
          log.print(log.compose(outsideRequest(now()), "server_stopped", { version, reason }));
        })
        .finally(() => lock.release());
    },
    async abandon() {
      metrics.close();
      await system.close().catch(() => undefined); // the first error is the one to tell
      lock.release();
    },
  };
}

/** Without AUTH_SECRET, in development, the secret is a file, and another than the one that the database was made with. */
async function openKeys({ deps, settings }: System): Promise<Dependencies> {
  return addKeyRing(deps, settings).catch((error: unknown) => {
    if (!(error instanceof ForeignSecretError) || settings.AUTH_SECRET !== undefined) throw error;
    throw new StartRefusedError(foreignSecretFile(settings), { cause: error });
  });
}

/** Facts on which the app and its surroundings must agree, and which may change while it runs. */
interface Site {
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
  { peerOf, ResponseClass }: Surroundings,
  { pageSources, look, files }: OwnPageFiles & { readonly pageSources: PageSources },
): App {
  const { storage, issuer: publicUrl } = deps;
  const mountPath = mountPathOf(settings);
  const pageSettings = pageSettingsOf(settings, deps, look);
  const expose = createExposition(metrics, {
    storage,
    hashes,
    pool: () => storage.poolState(),
    hashQueueLimit: settings.HASH_QUEUE,
    now,
  });
  return createApp({
    deps,
    production: settings.NODE_ENV === "production",
    https,
    mountPath,
    allowedOrigins,
    corsOrigins: settings.CORS_ORIGINS,
    corsHeaders: settings.CORS_HEADERS,
    pages: renderPages(pageSources, pageSettings),
    translatedPages: renderTranslatedPages(pageSources, pageSettings),
    pageFiles: [...builtPageFiles, ...files],
    docs: pageSettings.hasDocs ? openDocs(pageSources, pageSettings) : undefined,
    isDraining,
    metrics: { expose, token: settings.METRICS_TOKEN, publicUrl },
    installation: installationOf(settings, storage),
    probe: { version, peer: connectionPeerOf },
    clientAddress: createClientAddress(settings.TRUST_PROXY, peerOf),
    now,
    ResponseClass,
  });
}

/** `/docs`, its assets, and the published document. */
function openDocs(pageSources: PageSources, of: Parameters<typeof docsPage>[1]) {
  const assets = createDocsAssets((document) => mountedDocument(document, of.mountPath));
  return { page: docsPage(pageSources, of), assets };
}
