/** A real HTTP server on loopback that answers what a test needs and remembers what it was asked. */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { onTestFinished } from "vitest";

export interface SeenRequest {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export type Answer = (request: SeenRequest, response: ServerResponse) => void;

/** Listens until the test ends. */
export async function startServer(answer: Answer) {
  const seen: SeenRequest[] = [];
  const server = createServer(async (incoming, response) => {
    const request = await read(incoming);
    seen.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { url: `http://127.0.0.1:${address.port}`, port: address.port, seen };
}

async function read(incoming: IncomingMessage): Promise<SeenRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk as Uint8Array)); // no encoding is set
  const { method = "", url = "", headers } = incoming;
  return { method, url, headers, body: Buffer.concat(chunks).toString() };
}

export const requestId = "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e42";
export const user = {
  id: "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e43",
  email: "ada@example.com",
  role: "user",
  disabled: false,
  createdAt: "2026-11-23T10:06:00.000Z",
};
export const session = { user, csrfToken: "proof-1", expiresAt: "2026-11-24T10:06:00.000Z" };
export const tokenPair = {
  tokenType: "Bearer",
  accessToken: "header.payload.signature",
  expiresInSeconds: 900,
  refreshToken: "refresh",
  refreshExpiresInSeconds: 2_592_000,
} as const;

type Headers = Record<string, string | string[]>;

/** Answers JSON. */
export function json(status: number, body: unknown, headers: Headers = {}): Answer {
  return (_request, response) => {
    const all = { "content-type": "application/json", "x-request-id": requestId, ...headers };
    response.writeHead(status, all).end(JSON.stringify(body));
  };
}

/** Answers a problem document. */
export function problem(status: number, code: string, fields: object = {}): Answer {
  const body = { type: "/problems/x", title: "t", status, detail: "d", code, requestId, ...fields };
  return json(status, body, { "content-type": "application/problem+json" });
}

/** Answers 204. */
export function nothing(headers: Headers = {}): Answer {
  return (_request, response) => {
    response.writeHead(204, { "x-request-id": requestId, ...headers }).end();
  };
}

/** Answers by `METHOD /path`; anything else is a 404 problem. */
export function routes(table: Record<string, Answer>): Answer {
  return (request, response) => {
    const [path] = request.url.split("?");
    const answer = table[`${request.method} ${path}`] ?? problem(404, "not_found");
    answer(request, response);
  };
}

/** Headers of a request as a browser has them: a script's `Cookie` is dropped (Fetch standard, §5.1). */
export class BrowserRequest extends Request {
  constructor(...[input, init]: ConstructorParameters<typeof Request>) {
    super(input, init);
    this.headers.delete("cookie");
  }
}
