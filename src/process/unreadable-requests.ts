/**
 * Requests that are refused below the app: not HTTP, readable in two ways, or too slow. They have no
 * operation and no problem of the contract, so the answer has no body; it has the headers of all answers
 * (HD-01).
 */
import { type Server, STATUS_CODES } from "node:http";
import { Socket } from "node:net";
import type { ServerRequest } from "srvx";
import { FastResponse } from "srvx/node";
import type { AnswerHeaders } from "../routes/headers.ts";

/** The status for a code of Node's parser; any other code is 400. */
const parserStatuses: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  HPE_HEADER_OVERFLOW: 431,
};

const LAST_AND_EMPTY = { connection: "close", "content-length": "0" };

/** Answers in place of Node, whose own answers lack our headers. */
export function refuseUnreadable(server: Server, commonHeaders: () => AnswerHeaders): void {
  server.on("clientError", (error, socket) => {
    // The client is gone. Where it is not, no answer is half-way: each of ours is one write.
    if (!(socket instanceof Socket) || !socket.writable) return void socket.destroy(error);
    const status = ("code" in error && parserStatuses[String(error.code)]) || 400;
    socket.write(spell(status, commonHeaders()));
    socket.destroySoon();
  });
  // srvx refuses a target that is no URL by itself; where it is one, the answer's headers replace these.
  server.prependListener("request", ({ url }, response) => {
    if (!url?.startsWith("/")) response.setHeaders(new Map(Object.entries(commonHeaders())));
  });
  server.on("checkExpectation", (_request, response) => {
    response.writeHead(417, { ...commonHeaders(), ...LAST_AND_EMPTY }).end();
  });
}

/**
 * Refuses a Host header that is missing, is there twice or names no host: a proxy in front may have read
 * it differently (IV-12, RFC 9112 §3.2). The last good one is remembered, because nearly every request
 * sends the same.
 */
export function createHostCheck(): (request: ServerRequest) => boolean {
  let knownHost: string | undefined;
  return (request) => {
    const host = request.headers.get("host"); // two of them arrive joined by a comma
    if (host === knownHost) return true;
    if (host === null) return request.runtime?.node?.req.httpVersion === "1.0";
    if (/[,/?#@\\]/.test(host) || !URL.canParse(`http://${host}/`)) return false;
    knownHost = host;
    return true;
  };
}

/** More than any proxy adds; Apache takes 100. */
export const HEADER_LINES = 200;

/**
 * Lets every header line arrive, for `hasTooManyHeaders` to count. Node by itself leaves out what comes after the
 * first 2,000, and says nothing: so many short lines before it would hide the `X-Forwarded-For` of a proxy of ours,
 * and with it the client (IV-22).
 */
export function keepAllHeaders(server: Server): void {
  server.maxHeadersCount = 0; // no limit but that of their bytes
}

/** True where the request has more header lines than anybody needs. */
export function hasTooManyHeaders({ runtime }: ServerRequest): boolean {
  return (runtime?.node?.req.rawHeaders.length ?? 0) > 2 * HEADER_LINES; // names and values
}

/** An answer without a body, after which the connection is closed. */
export function refusal(status: 400 | 431, headers: AnswerHeaders): Response {
  return new FastResponse(null, { status, headers: { ...headers, ...LAST_AND_EMPTY } });
}

function spell(status: number, headers: AnswerHeaders): string {
  const lines = Object.entries({ ...headers, ...LAST_AND_EMPTY });
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...lines.map(([name, value]) => `${name}: ${value}`),
    "\r\n",
  ].join("\r\n");
}
