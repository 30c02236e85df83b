/** A TCP proxy that passes everything on, until it is told to cut connections or to hold answers back. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../random.ts";

export interface Mischief {
  /** Chance that a packet is cut in its middle, and its connection with it. */
  readonly cut?: number;
  /** Chance that an answer is held back, and for how long. */
  readonly hold?: { readonly chance: number; readonly forMs: number };
}

export interface Proxy {
  readonly port: number;
  /** Does this from now on, and nothing else. */
  set(mischief: Mischief): void;
  /** Faults that were made so far. */
  made(): number;
  close(): Promise<void>;
}

/** Opens a proxy that connects each client to the next of the ports in turn. */
export async function openProxy(ports: readonly number[], random: Random): Promise<Proxy> {
  let mischief: Mischief = {};
  let made = 0;
  let turn = 0;
  const sockets = new Set<Socket>();

  /** Passes on what `from` says, packet by packet and in order. */
  async function pass(from: Socket, to: Socket, isAnswer: boolean): Promise<void> {
    // A socket without an encoding gives buffers (nodejs.org/api/net.html, "Event: 'data'").
    for await (const packet of from as AsyncIterable<Buffer>) {
      if (random.next() < (mischief.cut ?? 0)) {
        made += 1;
        to.write(packet.subarray(0, packet.length >> 1), () => to.destroy());
        from.destroy();
        return;
      }
      const { hold } = mischief;
      if (isAnswer && hold && random.next() < hold.chance) {
        made += 1;
        await sleep(hold.forMs);
      }
      if (!to.write(packet)) await Promise.race([once(to, "drain"), once(to, "close")]);
    }
    to.end();
  }

  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ port: ports[turn++ % ports.length] ?? 0, host: "127.0.0.1" });
    upstream.setNoDelay(true);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      one.on("error", () => undefined); // a connection that breaks is what this is for
      // Not only after what is still to be passed on: the other side learns of an end while an answer is held.
      one.on("close", () => {
        sockets.delete(one);
        other.end();
        if (one === client) other.destroy();
      });
    }
    for (const passing of [pass(client, upstream, false), pass(upstream, client, true)])
      passing.catch(() => {
        client.destroy();
        upstream.destroy();
      });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port, // a server that listens on TCP has one
    set: (next) => {
      mischief = next;
    },
    made: () => made,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
