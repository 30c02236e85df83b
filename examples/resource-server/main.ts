/** A second service: it takes access tokens of a Portcullis server and asks that server for nothing but its keys. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createVerifier, readBearer, type Refusal } from "@portcullis/client/verify";

const issuer = process.env["ISSUER"] ?? "http://localhost:3000";
const verifier = createVerifier({
  issuer,
  audience: process.env["AUDIENCE"],
  jwksUrl: process.env["JWKS_URL"],
});

const server = createServer((request, response) => void answer(request, response));
server.listen(Number(process.env["PORT"] ?? 4000), "127.0.0.1", () => {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : address;
  console.log(`Listening on http://127.0.0.1:${port}, for tokens of ${issuer}`);
});

async function answer({ headers }: IncomingMessage, response: ServerResponse): Promise<void> {
  const verified = await verifier.verify(readBearer(headers.authorization));
  if (!verified.ok) {
    refuse(response, verified.reason);
    return;
  }
  const { userId, expiresAt } = verified.claims;
  send(response, 200, { message: `Hello ${userId}`, tokenExpiresAt: expiresAt.toISOString() });
}

/** RFC 6750 §3.1: whoever sent no token is told which scheme, whoever sent a bad one that it was bad. */
function refuse(response: ServerResponse, reason: Refusal): void {
  if (reason === "keys_unavailable") {
    response.setHeader("retry-after", "5");
    send(response, 503, { reason });
    return;
  }
  const challenge = reason === "missing" ? "Bearer" : 'Bearer error="invalid_token"';
  response.setHeader("www-authenticate", challenge);
  send(response, 401, { reason });
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(body));
}
