/** The examples of embedding, run as their READMEs say. */
import { once } from "node:events";
import { join } from "node:path";
import { createClient } from "@portcullis/client";
import { cookieJar } from "@portcullis/client/node";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { dataOf, freshEmail } from "../support/clients.ts";
import { PASSWORD } from "../support/credentials.ts";
import { startExample } from "../support/examples.ts";
import { freePort } from "../support/free-port.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { waitFor } from "../support/wait-for.ts";

type Send = (request: Request) => Promise<Response>;

/** Somebody signs up, logs in, is known to the app, logs out, and is known no longer. */
async function signInAndOut(origin: string, send: Send): Promise<void> {
  const jar = cookieJar();
  const api = createClient({ baseUrl: `${origin}/auth`, fetch: send, cookies: jar });
  const hello = async () => {
    const cookie = await jar.cookieHeader(`${origin}/`);
    const answer = await send(new Request(`${origin}/hello`, { headers: { cookie } }));
    return [answer.status, await answer.json()] as const;
  };
  const email = freshEmail();
  expect(await hello()).toEqual([401, { signIn: "/auth/login" }]);
  dataOf(await api.signup({ email, password: PASSWORD }));
  dataOf(await api.login({ email, password: PASSWORD }));
  dataOf(await api.updateMe({ name: "Ada" })); // with the CSRF proof
  expect(await hello()).toEqual([200, { hello: email }]);
  dataOf(await api.logout());
  expect(await hello()).toEqual([401, { signIn: "/auth/login" }]);
  const page = await send(new Request(`${origin}/auth/`));
  expect([page.status, page.headers.get("content-type")]).toEqual([
    200,
    "text/html; charset=utf-8",
  ]);
  const other = await send(new Request(`${origin}/auth/login`, { method: "PUT" }));
  expect([other.status, other.headers.get("allow")]).toEqual([405, "POST"]);
  const large = new Request(`${origin}/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "x".repeat(20_000),
  });
  expect((await send(large)).status).toBe(413);
}

describe.each(["embedded-hono", "embedded-express"])("EB-01 examples/%s", (name) => {
  test("signs people in beneath /auth, knows them beside it, and ends with its signal", async () => {
    const port = await freePort();
    const folder = temporaryFolder();
    const example = startExample(name, {
      PORT: String(port),
      DATABASE_URL: `sqlite:${join(folder, "a.db")}`,
    });
    onTestFinished(() => example.stop());
    const origin = `http://localhost:${port}`;
    await waitFor(() =>
      fetch(`${origin}/auth/readyz`).then(
        ({ ok }) => (ok ? true : undefined),
        () => undefined,
      ),
    );
    await signInAndOut(origin, (request) => fetch(request));
    // EB-03: the address of the socket, whatever a client says.
    await fetch(`${origin}/auth/healthz`, { headers: { "x-forwarded-for": "203.0.113.9" } });
    const ips = () => example.lines.map((line) => (JSON.parse(line) as { ip: string | null }).ip);
    await expect
      .poll(() => example.lines.filter((line) => line.includes("healthz")).length)
      .toBe(1);
    expect(ips()).toContain("127.0.0.1");
    expect(ips()).not.toContain("203.0.113.9");
    const ended = once(example.child, "close");
    example.child.kill("SIGTERM");
    await ended;
    expect(example.child.exitCode).toBe(0);
    expect(example.lines.at(-1)).toContain("server_stopped");
  });
});

test("EB-01 EB-03 the handlers of examples/embedded-next sign people in beneath /auth and know them beside it, if the proxy names the client", async () => {
  const folder = temporaryFolder();
  vi.stubEnv("NODE_ENV", "development");
  vi.stubEnv("PUBLIC_URL", "http://localhost:3000/auth");
  vi.stubEnv("DATABASE_URL", `sqlite:${join(folder, "a.db")}`);
  const auth = await import("../../examples/embedded-next/app/auth/[[...path]]/route.ts");
  const hello = await import("../../examples/embedded-next/app/hello/route.ts");
  const { portcullis } = await import("../../examples/embedded-next/portcullis.ts");
  onTestFinished(() => portcullis.close());

  /** As Next does: by folder and method, with a request whose headers the proxy has set. */
  const send: Send = (request) => {
    const { pathname } = new URL(request.url);
    const proxied = new Request(request);
    proxied.headers.set("x-real-ip", "192.0.2.1");
    if (!pathname.startsWith("/auth/")) return hello.GET(proxied);
    const { GET, POST, PATCH, PUT } = auth;
    const handler = { GET, POST, PATCH, PUT }[request.method];
    if (handler === undefined) throw new Error(`No handler for ${request.method}`);
    return handler(proxied);
  };
  await signInAndOut("http://localhost:3000", send);

  const headers = { "x-forwarded-for": "192.0.2.1" };
  const request = new Request("http://localhost:3000/auth/healthz", { headers });
  await expect(auth.GET(request)).rejects.toThrow("clientAddress");
});
