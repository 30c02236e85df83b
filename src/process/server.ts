/** The server: the service behind a listener of its own, with its first administrator; closes all of it again. */
import { FastResponse } from "srvx/node";
import { outsideRequest } from "../domain/change.ts";
import { peerOfSocket } from "../platform/client-address.ts";
import { createBaseHeaders } from "../routes/headers.ts";
import { ensureFirstAdmin, type FirstAdmin } from "./first-admin.ts";
import { type PasswordFile, watchPasswordFile } from "./first-admin-file.ts";
import { listen } from "./listener.ts";
import { DRAIN_TIMEOUT_MS, openService, type Service } from "./service.ts";
import type { Settings } from "./settings.ts";

export interface RunningServer extends Pick<
  Service,
  "outboxFolder" | "remarks" | "routes" | "drain"
> {
  /** Where it listens: `http://127.0.0.1:3000`, `http://[::]:3000`. */
  readonly address: string;
  /** Made by this start. */
  readonly firstAdmin: FirstAdmin | undefined;
  /** The file with the first administrator's password, while nobody has signed in with it. */
  readonly passwordFile: Pick<PasswordFile, "path" | "email"> | undefined;
  /** Drains, waits for accepted requests, closes everything, logs `reason`. Safe to call twice. */
  stop(reason: string): Promise<void>;
}

/**
 * Starts the server and resolves once it listens. `isWatched`: a person sees what it says, and nothing keeps it. Rejects,
 * with everything closed, with an error that `refusalOf` explains.
 */
export async function startServer(settings: Settings, isWatched = false): Promise<RunningServer> {
  const service = await openService(settings, {
    peerOf: peerOfSocket,
    ResponseClass: FastResponse,
    tell: console.error,
  });
  return listenFor(service, isWatched).catch(async (error: unknown) => {
    await service.abandon();
    throw error;
  });
}

async function listenFor(service: Service, isWatched: boolean): Promise<RunningServer> {
  const { settings, deps, now } = service;
  const baseHeaders = createBaseHeaders(service.https);
  let isOpen = false;
  const opening = Promise.withResolvers<void>();
  const { fetch } = service;
  const listener = await listen(settings, {
    fetch: (request) => (isOpen ? fetch(request) : opening.promise.then(() => fetch(request))),
    commonHeaders: () => ({ ...baseHeaders, "x-request-id": deps.newId(now()) }),
  });
  const { address } = listener;
  // Only where the port is ours: the password is shown once, and a start that failed then would have hidden it. And
  // before the first request, by which a stranger could take the administrator's address.
  const occasion = outsideRequest(now());
  const firstAdmin = await ensureFirstAdmin(deps, settings, occasion, isWatched).catch(
    async (error: unknown) => {
      await listener.close(true);
      throw error;
    },
  );
  const passwordFile = await watchPasswordFile(deps, settings);
  // A developer's browser may call this machine by any of its names.
  if (settings.NODE_ENV !== "production") service.allowOrigins(ownOrigins(address));
  service.begin(address);
  isOpen = true;
  opening.resolve();

  let stopped: Promise<void> | undefined;
  async function closeListener(): Promise<void> {
    passwordFile?.stop();
    const cut = setTimeout(() => void listener.close(true), DRAIN_TIMEOUT_MS);
    await listener.close();
    clearTimeout(cut);
  }
  return {
    address,
    firstAdmin,
    passwordFile,
    outboxFolder: service.outboxFolder,
    remarks: service.remarks,
    routes: service.routes,
    drain: service.drain,
    stop: (reason) => (stopped ??= service.stop(reason, closeListener)),
  };
}

/** Also by the address itself, which may be another one of this machine. */
function ownOrigins(address: string): string[] {
  const { port } = new URL(address);
  const loopback = ["localhost", "127.0.0.1", "[::1]"].map((host) => `http://${host}:${port}`);
  return [...loopback, address];
}
