/** Hono, set up as in its documentation: routes declared with Zod for OpenAPI, tokens by jose. */
import { createPrivateKey, createPublicKey, randomUUID } from "node:crypto";
import { serve } from "@hono/node-server";
import { getConnInfo } from "@hono/node-server/conninfo";
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { getCookie, setCookie } from "hono/cookie";
import { requestId } from "hono/request-id";
import { routePath } from "hono/route";
import { jwtVerify, SignJWT } from "jose";
import { createLogger, hasDuties, requestLine, securityHeaders } from "./duties.ts";
import { loadSigningKey } from "./signing-key.ts";
import { openOnSqlite } from "./store.ts";

const ISSUER = "https://auth.example.com";
const Account = z.object({
  id: z.string(),
  email: z.string(),
  role: z.string(),
  disabled: z.boolean(),
  createdAt: z.string(),
});
const Credentials = z.object({ email: z.string(), password: z.string() });
const Failure = z.object({ code: z.string() });
const Status = z.object({ status: z.string() });
const json = <T extends z.ZodType>(schema: T) => ({
  description: "",
  content: { "application/json": { schema } },
});
const answers = { 200: json(Account), 401: json(Failure) };
const unauthenticated = { code: "unauthenticated" };

const store = openOnSqlite();
const key = loadSigningKey();
const privateKey = createPrivateKey(key.privateKey);
const publicKey = createPublicKey(key.publicKey);
const app = new OpenAPIHono<{ Variables: { requestId: string } }>();
if (hasDuties) addDuties();

app.openapi(
  createRoute({ method: "get", path: "/healthz", responses: { 200: json(Status) } }),
  (c) => c.json({ status: "ok" }, 200),
);
app.openapi(
  createRoute({ method: "get", path: "/readyz", responses: { 200: json(Status) } }),
  (c) => c.json({ status: store.isReady() ? "ok" : "failed" }, 200),
);
app.openapi(createRoute({ method: "get", path: "/me", responses: answers }), (c) => {
  const secret = getCookie(c, "session");
  const found = secret === undefined ? undefined : store.findBySecret(secret);
  return found ? c.json(found, 200) : c.json(unauthenticated, 401);
});
app.openapi(createRoute({ method: "get", path: "/token/me", responses: answers }), async (c) => {
  const token = c.req.header("authorization")?.slice("Bearer ".length) ?? "";
  const verified = await jwtVerify<{ sid: string }>(token, publicKey, {
    algorithms: ["EdDSA"],
    issuer: ISSUER,
    audience: ISSUER,
  }).catch(() => undefined);
  const found = verified && store.findBySession(verified.payload.sid);
  return found && found.id === verified.payload.sub
    ? c.json(found, 200)
    : c.json(unauthenticated, 401);
});
app.post("/signup", async (c) => {
  const { email, password } = Credentials.parse(await c.req.json());
  await store.signUp(email, password);
  return c.json({ status: "ok" });
});
app.post("/login", async (c) => {
  const { email, password } = Credentials.parse(await c.req.json());
  const begun = await store.logIn(email, password);
  if (begun === undefined) return c.json(unauthenticated, 401);
  setCookie(c, "session", begun.secret, { httpOnly: true, path: "/", sameSite: "Lax" });
  return c.json({ user: begun.account });
});
app.post("/token/login", async (c) => {
  const { email, password } = Credentials.parse(await c.req.json());
  const begun = await store.logIn(email, password);
  if (begun === undefined) return c.json(unauthenticated, 401);
  const accessToken = await new SignJWT({ sid: begun.sessionId })
    .setProtectedHeader({ alg: "EdDSA" })
    .setIssuer(ISSUER)
    .setAudience(ISSUER)
    .setSubject(begun.account.id)
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime("1d")
    .sign(privateKey);
  return c.json({ accessToken });
});

serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, ({ port }) => {
  console.log(JSON.stringify({ address: `http://127.0.0.1:${port}` }));
});

function addDuties(): void {
  const log = createLogger();
  const headers = Object.entries(securityHeaders);
  app.use(requestId(), async (c, next) => {
    const startedAt = performance.now();
    for (const [name, value] of headers) c.header(name, value);
    await next();
    const ip = getConnInfo(c).remote.address;
    const path = routePath(c, -1);
    log.info(requestLine(c.get("requestId"), ip, c.req.method, path, c.res.status, startedAt));
  });
}
