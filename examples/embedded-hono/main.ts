/** Portcullis inside a Hono app: it has `/auth`, the app has the rest, and knows who is signed in. */
import { serve } from "@hono/node-server";
import { getConnInfo } from "@hono/node-server/conninfo";
import { Hono } from "hono";
import { createPortcullis } from "portcullis";

const { env } = process;
const port = Number(env["PORT"] ?? 4000);
const portcullis = createPortcullis({
  NODE_ENV: env["NODE_ENV"] ?? "development",
  PUBLIC_URL: env["PUBLIC_URL"] ?? `http://localhost:${port}/auth`,
  DATABASE_URL: env["DATABASE_URL"],
  AUTH_SECRET: env["AUTH_SECRET"],
  SMTP_URL: env["SMTP_URL"],
  MAIL_FROM: env["MAIL_FROM"],
  TRUST_PROXY: env["TRUST_PROXY"],
});

const app = new Hono();
// Not `app.mount`, which takes the path away: Portcullis is beneath that of PUBLIC_URL.
app.all("/auth/*", (c) =>
  portcullis.fetch(c.req.raw, { clientAddress: getConnInfo(c).remote.address ?? "" }),
);
app.get("/hello", async (c) => {
  const session = await portcullis.sessionOf(c.req.raw);
  return session ? c.json({ hello: session.email }) : c.json({ signIn: "/auth/login" }, 401);
});

await portcullis.start();
const server = serve({ fetch: app.fetch, port, hostname: "127.0.0.1" }, () =>
  console.error(`Listening on http://localhost:${port}`),
);
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    server.close();
    void portcullis.close();
  });
