/** A server beneath a path behind nginx, which keeps the path, beside an application that has the rest of the origin. */
import { createClient } from "@portcullis/client";
import { cookieJar } from "@portcullis/client/node";
import { createVerifier } from "@portcullis/client/verify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dataOf, freshEmail } from "../support/clients.ts";
import { ADMIN, PASSWORD } from "../support/credentials.ts";
import { type Nginx, PUBLIC_NAME, startNginx, whyNoNginx } from "../support/nginx.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";

const MOUNT = "/auth";
const PUBLIC_URL = `https://${PUBLIC_NAME}${MOUNT}`;
const [ALICE, MALLORY] = ["127.0.0.21", "127.0.0.66"];

describe.skipIf(whyNoNginx !== undefined)("EB-07 beneath a path behind nginx", () => {
  let server: ServerProcess;
  let nginx: Nginx;
  beforeAll(async () => {
    server = await startServerProcess({
      environment: {
        NODE_ENV: "production",
        PUBLIC_URL,
        AUTH_SECRET: "both-processes-have-the-same-0123456789-abc",
        TRUST_PROXY: "loopback",
        SMTP_URL: "smtp://127.0.0.1:1",
        MAIL_FROM: "auth@example.com",
        SIGNUP: "open",
      },
    });
    const port = Number(new URL(server.baseUrl).port);
    nginx = await startNginx(
      [port, port],
      [
        // As docs/operating.md says.
        ["location / {", `location / { return 200 "the application"; }\n    location ${MOUNT}/ {`],
        ["location ^~ /metrics {", `location ^~ ${MOUNT}/metrics {`],
      ],
    );
  });
  afterAll(async () => {
    await nginx.stop();
    await server.dispose();
  });

  test("the SDK signs up, logs in and changes; the application has the rest", async () => {
    const fetch = nginx.fetchFrom(ALICE);
    const api = createClient({ baseUrl: PUBLIC_URL, cookies: cookieJar(), fetch });
    const email = freshEmail();
    dataOf(await api.signup({ email, password: PASSWORD }));
    dataOf(await api.login({ email, password: PASSWORD }));
    dataOf(await api.updateMe({ name: "Ada" }));
    expect(dataOf(await api.getMe()).name).toBe("Ada");
    expect(await (await nginx.ask(ALICE, "/")).text()).toBe("the application");
    expect(await (await nginx.ask(ALICE, "/login")).text()).toBe("the application");
  });

  test("redirects and the addresses of pages lead beneath it; metrics stay closed", async () => {
    const led = await nginx.ask(ALICE, `${MOUNT}/problems/email_taken`);
    expect([led.status, led.headers.get("location")]).toEqual([
      308,
      `${MOUNT}/problems/email-taken`,
    ]);
    const page = await (await nginx.ask(ALICE, `${MOUNT}/reset`)).text();
    const loaded = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address = ""]) => address);
    expect(loaded.length).toBeGreaterThan(1);
    for (const address of loaded)
      expect([address, (await nginx.ask(ALICE, address)).status]).toEqual([address, 200]);
    for (const path of [`${MOUNT}/metrics`, `${MOUNT}/metrics/`, `${MOUNT}//metrics`])
      expect([path, (await nginx.ask(ALICE, path)).status]).toEqual([path, 404]);
  });

  test("RL-05 the address of a client is its own", async () => {
    const headers = { "x-forwarded-for": "203.0.113.9" };
    const api = createClient({
      baseUrl: PUBLIC_URL,
      cookies: cookieJar(),
      fetch: nginx.fetchFrom(MALLORY),
    });
    dataOf(await api.login(ADMIN, { headers }));
    const { items } = dataOf(await api.listEvents({ event: "login_success" }));
    expect(items.map(({ ip }) => ip)).toContain(MALLORY);
    expect(items.map(({ ip }) => ip)).not.toContain("203.0.113.9");
  });

  test("a verifier finds the keys of the issuer beneath it", async () => {
    const send = nginx.fetchFrom(ALICE);
    const { accessToken } = dataOf(
      await createClient({
        baseUrl: PUBLIC_URL,
        fetch: send,
        tokens: { read: () => undefined, write: () => undefined, clear: () => undefined },
      }).tokenLogin(ADMIN),
    );
    const asked: string[] = [];
    const verifier = createVerifier({
      issuer: PUBLIC_URL,
      fetch(url) {
        asked.push(url);
        return send(new Request(url));
      },
    });
    expect(await verifier.verify(accessToken)).toMatchObject({ ok: true });
    expect(asked).toEqual([`${PUBLIC_URL}/.well-known/jwks.json`]);
  });
});
