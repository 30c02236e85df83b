/** An embedded server behind a listener of somebody else: srvx, as it comes. */
import { serve } from "srvx/node";
import { openEmbedded } from "../../src/process/embedded.ts";
import { assertPeer } from "../../src/process/peer.ts";
import type { RunningServer } from "../../src/process/server.ts";
import type { Settings } from "../../src/process/settings.ts";

type EmbeddedServer = Pick<RunningServer, "address" | "routes" | "drain" | "stop">;

/** Opens it as `createPortcullis` does, other than with settings that no setting allows, and listens on PORT. */
export async function startEmbeddedServer(settings: Settings): Promise<EmbeddedServer> {
  const warn = () => undefined;
  const embedded = await openEmbedded(settings, [], { warn });
  const host = serve({
    port: settings.PORT,
    hostname: settings.HOST,
    silent: true,
    gracefulShutdown: false,
    fetch(request) {
      const peer: unknown = { clientAddress: request.ip };
      assertPeer(peer);
      return embedded.fetch(request, peer);
    },
  });
  await host.ready();
  return {
    address: `http://127.0.0.1:${settings.PORT}`,
    routes: embedded.routes,
    drain: embedded.drain,
    async stop() {
      await host.close(true);
      await embedded.close();
    },
  };
}
