/** Asks PUBLIC_URL as a stranger would, and keeps all that an answer tells. It sends nothing secret, so it goes on without a good certificate. */
import { type ClientRequest, type IncomingMessage, request as requestPlain } from "node:http";
import { request as requestTls } from "node:https";
import { TLSSocket } from "node:tls";
import { codeOf } from "./finding.ts";

export interface Answer {
  readonly status: number;
  /** Every line of each header, by its name in lower case. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
  /** This end of the connection. */
  readonly localPort: number;
  /** Null where there was no TLS. */
  readonly certificate: Certificate | null;
  /** By this machine's clock. Milliseconds since the epoch. */
  readonly askedAt: number;
  readonly answeredAt: number;
}

export interface Certificate {
  /** Why it is not to be believed, as Node names it: `CERT_HAS_EXPIRED`; null where it is. */
  readonly fault: string | null;
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
}

/** No answer: the code of the system or of TLS, such as `ECONNREFUSED`. */
export interface NoAnswer {
  readonly fault: string;
}

/** For connection, answer and body together. Milliseconds. */
export const ASK_TIMEOUT_MS = 5_000;
/** A stranger may answer there. Bytes. */
const BODY_MAX_BYTES = 65_536;

export interface Question {
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
}

/** Asks once, on a connection of its own. Never rejects. */
export async function ask(
  url: string,
  { method = "GET", headers = {} }: Question = {},
): Promise<Answer | NoAnswer> {
  const askedAt = Date.now();
  const options = {
    method,
    headers: { "user-agent": "portcullis-doctor", ...headers },
    agent: false as const,
    signal: AbortSignal.timeout(ASK_TIMEOUT_MS),
  };
  const outgoing = url.startsWith("https:")
    ? requestTls(url, { ...options, rejectUnauthorized: false })
    : requestPlain(url, options);
  try {
    const incoming = await answerTo(outgoing);
    const answeredAt = Date.now();
    const { socket, headersDistinct, statusCode = 0 } = incoming;
    return {
      status: statusCode,
      headers: Object.fromEntries(
        Object.entries(headersDistinct).map(([name, values = []]) => [name, values]),
      ),
      localPort: socket.localPort ?? 0,
      certificate: socket instanceof TLSSocket ? certificateOf(socket) : null,
      body: await readBody(incoming),
      askedAt,
      answeredAt,
    };
  } catch (error) {
    const isLate = options.signal.aborted;
    return { fault: isLate ? "ETIMEDOUT" : codeOf(error) };
  } finally {
    outgoing.destroy();
  }
}

export function isAnswer(answer: Answer | NoAnswer): answer is Answer {
  return "status" in answer;
}

function answerTo(outgoing: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.on("response", resolve);
    outgoing.on("error", reject);
    outgoing.end();
  });
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  // No encoding was set, so each part is a Buffer.
  for await (const part of incoming as AsyncIterable<Buffer>) {
    parts.push(part);
    bytes += part.length;
    if (bytes > BODY_MAX_BYTES) break;
  }
  return Buffer.concat(parts).toString("utf8", 0, BODY_MAX_BYTES);
}

function certificateOf(socket: TLSSocket): Certificate {
  const { valid_from, valid_to } = socket.getPeerCertificate();
  const { authorizationError: fault } = socket;
  return {
    // Node sets a code, and its types say Error.
    fault: socket.authorized ? null : fault instanceof Error ? codeOf(fault) : String(fault),
    from: Date.parse(valid_from),
    to: Date.parse(valid_to),
  };
}
