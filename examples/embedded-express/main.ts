/** Portcullis inside an Express app, through srvx's adapter: it has `/auth`, the app has the rest, and knows who is signed in. */
import express from "express";
import { createPortcullis } from "portcullis";
import { NodeRequest, sendNodeResponse } from "srvx/node";

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

const app = express();
// Before express.json(), which would read the body; and not app.use, which takes the path away.
app.all("/auth{/*path}", async (req, res) => {
  const peer = { clientAddress: req.socket.remoteAddress ?? "" };
  await sendNodeResponse(res, await portcullis.fetch(new NodeRequest({ req, res }), peer));
});
app.use(express.json());
app.get("/hello", async (req, res) => {
  const session = await portcullis.sessionOf(new NodeRequest({ req, res }));
  if (session) res.json({ hello: session.email });
  else res.status(401).json({ signIn: "/auth/login" });
});

await portcullis.start();
const server = app.listen(port, "127.0.0.1", () =>
  console.error(`Listening on http://localhost:${port}`),
);
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    server.close();
    void portcullis.close();
  });
