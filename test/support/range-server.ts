/** A server that speaks the range API of Pwned Passwords, with every lie of one. Its answers are those of the real one: see docs/settings.md. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface RangeServer {
  readonly url: string;
  /** Each request so far: its target and the header that asks for padding. */
  readonly asked: { readonly target: string; readonly padding: string | undefined }[];
  /** Replaces the honest answer. */
  answer: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
  close(): Promise<void>;
}

export const sha1 = (password: string) =>
  createHash("sha1").update(password).digest("hex").toUpperCase();

/** `known`: passwords with their counts; a count of 0 is a line of padding. */
export async function startRangeServer(
  known: Readonly<Record<string, number>>,
): Promise<RangeServer> {
  const lines = Object.entries(known).map(([password, count]) => ({
    hash: sha1(password),
    count,
  }));
  const server = createServer((request, response) => {
    const target = request.url ?? "";
    const padding = request.headers["add-padding"];
    range.asked.push({ target, padding: typeof padding === "string" ? padding : undefined });
    if (range.answer !== undefined) {
      range.answer(request, response);
      return;
    }
    const prefix = target.replace("/range/", "");
    const found = lines
      .filter(({ hash }) => hash.startsWith(prefix))
      .map(({ hash, count }) => `${hash.slice(5)}:${count}`);
    response.setHeader("content-type", "text/plain");
    response.end([...found, ...filling].toSorted().join("\r\n"));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // it listens on a port
  const range: RangeServer = {
    url: `http://127.0.0.1:${port}`,
    asked: [],
    answer: undefined,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return range;
}

/** The rest of a thousand hashes that are nobody's. */
const filling = Array.from(
  { length: 1_000 },
  (_, index) => `${sha1(`filling ${index}`).slice(5)}:${index % 2}`,
);
