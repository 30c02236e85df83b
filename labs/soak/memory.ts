/** Measures a server's memory: resident, as the system counts it, and alive, in the heap of its main thread. */
import { readFile } from "node:fs/promises";
import type { SoakServer } from "./server.ts";

const MEGABYTE = 1024 * 1024;

/** Arguments of Node that open its inspector, which `aliveMegabytes` asks. */
export const inspected = ["--inspect=127.0.0.1:0"] as const;

/** Resident memory of the process. Linux only; 0 elsewhere. */
export async function residentMegabytes({ pid }: SoakServer): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const kilobytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
  return Math.round((kilobytes * 1024) / MEGABYTE);
}

/** Size of the heap of the main thread after a full garbage collection. A leak would show in it. */
export async function aliveMegabytes(server: SoakServer): Promise<number> {
  const [url] = /ws:\/\/\S+/.exec(server.stderr()) ?? [];
  if (url === undefined) throw new Error("The server is not inspected");
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", () => reject(new Error("The inspector does not answer")));
  });
  try {
    await command(socket, 1, "HeapProfiler.enable");
    await command(socket, 2, "HeapProfiler.collectGarbage");
    const { usedSize } = await command(socket, 3, "Runtime.getHeapUsage");
    return Math.round((10 * Number(usedSize)) / MEGABYTE) / 10;
  } finally {
    socket.close();
  }
}

function command(socket: WebSocket, id: number, method: string): Promise<Record<string, unknown>> {
  return new Promise((resolve) => {
    socket.addEventListener("message", function receive({ data }) {
      // The protocol's format: an answer has the id of its command, an event has none.
      const message = JSON.parse(String(data)) as { id?: number; result: Record<string, unknown> };
      if (message.id !== id) return;
      socket.removeEventListener("message", receive);
      resolve(message.result);
    });
    socket.send(JSON.stringify({ id, method }));
  });
}
