/** The service inside another program: no listener, no signals, and a peer that the host names. */
import { setTimeout as delay } from "node:timers/promises";
import { BODY_MAX_BYTES } from "../contract/values.ts";
import { outsideRequest } from "../domain/change.ts";
import type { PeerOf } from "../platform/client-address.ts";
import { withBoundedBody } from "../platform/bounded-body.ts";
import { findSignedIn, type SignedIn } from "../routes/session-of.ts";
import { ensureFirstAdmin } from "./first-admin.ts";
import { withUsualNames } from "./plain-cookies.ts";
import { assertPeer, type Peer } from "./peer.ts";
import { DRAIN_TIMEOUT_MS, openService, type Service } from "./service.ts";
import type { Settings } from "./settings.ts";

export interface Embedded extends Pick<Service, "routes" | "drain"> {
  fetch(request: Request, peer: Peer): Promise<Response>;
  sessionOf(request: Request): Promise<SignedIn | undefined>;
  close(): Promise<void>;
}

/**
 * Opens the service and its jobs. Rejects with an error that `refusalOf` explains. An administrator is made where the
 * settings name one, and made up nowhere: nobody would see its password.
 */
export async function openEmbedded(
  settings: Settings,
  remarksOnSettings: readonly string[],
  {
    log,
    warn,
  }: {
    readonly log?: ((line: string) => void) | undefined;
    readonly warn: (sentence: string) => void;
  },
): Promise<Embedded> {
  const service = await openService(settings, {
    peerOf: peerByHost,
    ResponseClass: Response,
    printLine: log,
    tell: warn,
  });
  const { deps, now } = service;
  try {
    if (settings.ADMIN_EMAIL !== undefined)
      await ensureFirstAdmin(deps, settings, outsideRequest(now()), false);
    if (settings.NODE_ENV !== "production") service.allowOrigins(otherNamesOf(deps.issuer));
    service.begin(deps.issuer);
  } catch (error) {
    await service.abandon();
    throw error;
  }
  for (const sentence of [
    ...remarksOnSettings.map((remark) => `Setting ${remark}`),
    ...service.remarks,
  ])
    warn(sentence);

  const underWay = new Set<Promise<Response>>();
  return {
    routes: service.routes,
    drain: service.drain,
    async fetch(request, peer) {
      const answering = Promise.resolve(
        service.fetch(withBoundedBody(request, BODY_MAX_BYTES), peer),
      );
      underWay.add(answering);
      return answering.finally(() => underWay.delete(answering));
    },
    sessionOf(request) {
      const usual = settings.DEV_COOKIES === "plain" ? withUsualNames(request) : request;
      return findSignedIn(deps, usual, now());
    },
    close: () =>
      service.stop("close", async () => {
        const patience = new AbortController();
        const answered = Promise.allSettled(underWay).then(() => patience.abort());
        const timeout = delay(DRAIN_TIMEOUT_MS, undefined, { signal: patience.signal });
        await Promise.race([answered, timeout.catch(() => undefined)]);
      }),
  };
}

const peerByHost: PeerOf = (_request, given) => {
  assertPeer(given);
  return given.clientAddress;
};

/** A developer's browser may call this machine by any of its names: the origins beside a PUBLIC_URL that is one of them. */
function otherNamesOf(publicUrl: string): string[] {
  const { protocol, hostname, port } = new URL(publicUrl);
  const names = ["localhost", "127.0.0.1", "[::1]"];
  if (!names.includes(hostname)) return [];
  return names.map((name) => new URL(`${protocol}//${name}:${port}`).origin);
}
