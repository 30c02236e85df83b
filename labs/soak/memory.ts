/** How much memory a server holds: as the system counts it, and what is alive in its heap. */
import { readFile } from "node:fs/promises";
import type { SoakServer } from "./server.ts";

const MEGABYTE = 1024 * 1024;

/** For `startSoakServer`: lets `aliveMegabytes` ask. The server's own code knows nothing of it. */
export const inspected = ["--inspect=127.0.0.1:0"] as const;

/** What the process takes of the machine. Linux only; 0 elsewhere. */
export async function residentMegabytes({ pid }: SoakServer): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const kilobytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
  return Math.round((kilobytes * 1024) / MEGABYTE);
}

/** What is left in the heap of the main thread once all garbage is collected: a leak would be in it. */
export async function aliveMegabytes(server: SoakServer): Promise<number> {
  const [url] = /ws:\/\/\S+/.exec(server.said()) ?? [];
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
    socket.addEventListener("message", function hear({ data }) {
      // The protocol's own shape: an event has no id, an answer has that of its command.
      const told = JSON.parse(String(data)) as { id?: number; result: Record<string, unknown> };
      if (told.id !== id) return;
      socket.removeEventListener("message", hear);
      resolve(told.result);
    });
    socket.send(JSON.stringify({ id, method }));
  });
}
