/** Fastify, set up as in its documentation: plugins for cookies and JWT, answers serialized by schema. */
import { randomUUID } from "node:crypto";
import cookie from "@fastify/cookie";
import jwt from "@fastify/jwt";
import fastify from "fastify";
import { createLogger, hasDuties, requestLine, securityHeaders } from "./duties.ts";
import { loadSigningKey } from "./signing-key.ts";
import { type Account, openStore } from "./store.ts";

interface Credentials {
  readonly email: string;
  readonly password: string;
}
interface Claims {
  readonly sub: string;
  readonly sid: string;
}

const ISSUER = "https://auth.example.com";
const text = { type: "string" } as const;
const account = {
  type: "object",
  properties: {
    id: text,
    email: text,
    role: text,
    disabled: { type: "boolean" },
    createdAt: text,
  },
  required: ["id", "email", "role", "disabled", "createdAt"],
} as const;
const credentials = {
  type: "object",
  properties: { email: text, password: text },
  required: ["email", "password"],
} as const;
const answers = {
  200: account,
  401: { type: "object", properties: { code: text }, required: ["code"] },
} as const;
const unauthenticated = { code: "unauthenticated" };

const store = await openStore();
const key = loadSigningKey();
const app = fastify({ logger: false, genReqId: () => (hasDuties ? randomUUID() : "") });
await app.register(cookie);
await app.register(jwt, {
  secret: { private: key.privateKey, public: key.publicKey },
  sign: { algorithm: "EdDSA", iss: ISSUER, aud: ISSUER, expiresIn: "1d" },
  verify: { algorithms: ["EdDSA"], allowedIss: ISSUER, allowedAud: ISSUER },
});
if (hasDuties) addDuties();

app.get("/healthz", () => ({ status: "ok" }));
app.get("/readyz", async () => ({ status: (await store.isReady()) ? "ok" : "failed" }));
app.get("/me", { schema: { response: answers } }, (request, reply) => {
  const secret = request.cookies["session"];
  const found = secret === undefined ? undefined : store.findBySecret(secret);
  // Without a promise where the store needs none.
  if (found instanceof Promise)
    return found.then((later) => later ?? reply.code(401).send(unauthenticated));
  return found ?? reply.code(401).send(unauthenticated);
});
app.get("/token/me", { schema: { response: answers } }, async (request, reply) => {
  const claims = await request.jwtVerify<Claims>().catch(() => undefined);
  const found = claims && (await store.findBySession(claims.sid));
  return found?.id === claims?.sub && found ? found : reply.code(401).send(unauthenticated);
});
app.post<{ Body: Credentials }>("/signup", { schema: { body: credentials } }, async (request) => {
  await store.signUp(request.body.email, request.body.password);
  return { status: "ok" };
});
app.post<{ Body: Credentials }>("/login", { schema: { body: credentials } }, async (request, r) => {
  const begun = await store.logIn(request.body.email, request.body.password);
  if (begun === undefined) return r.code(401).send(unauthenticated);
  r.setCookie("session", begun.secret, { httpOnly: true, path: "/", sameSite: "lax" });
  return { user: begun.account };
});
app.post<{ Body: Credentials }>(
  "/token/login",
  { schema: { body: credentials } },
  async (request, reply) => {
    const begun = await store.logIn(request.body.email, request.body.password);
    if (begun === undefined) return reply.code(401).send(unauthenticated);
    return { accessToken: signFor(begun.account, begun.sessionId) };
  },
);

const address = await app.listen({ host: "127.0.0.1", port: 0 });
console.log(JSON.stringify({ address }));

function signFor(user: Account, sessionId: string): string {
  return app.jwt.sign({ sub: user.id, sid: sessionId, jti: randomUUID() });
}

function addDuties(): void {
  const log = createLogger();
  app.addHook("onRequest", (request, reply, done) => {
    reply.headers(securityHeaders).header("x-request-id", request.id);
    done();
  });
  app.addHook("onResponse", (request, reply, done) => {
    const startedAt = performance.now() - reply.elapsedTime;
    const path = request.routeOptions.url ?? "(unknown)";
    log.info(
      requestLine(request.id, request.ip, request.method, path, reply.statusCode, startedAt),
    );
    done();
  });
}
