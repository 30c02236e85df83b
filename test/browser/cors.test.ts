import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { cookieClient, dataOf, freshEmail } from "../support/clients.ts";
import { PASSWORD } from "../support/credentials.ts";
import { noBrowser, useBrowser, type WatchedPage } from "../support/browser.ts";

describe.skipIf(noBrowser)("CORS in a browser", () => {
  /** Other applications, of the same site as the API: its cookies come along. */
  const [app, stranger] = [blankSite(), blankSite()];
  beforeAll(async () => {
    for (const site of [app, stranger]) await once(site.listen(0, "localhost"), "listening");
  });
  afterAll(() => {
    for (const site of [app, stranger]) site.close().closeAllConnections();
  });
  const newPage = useBrowser(() => ({ CORS_ORIGINS: originOf(app) }));
  let watched: WatchedPage;
  afterEach(() => watched.page.context().close());

  /** Reads an answer as a script of the open page may; undefined where the browser keeps it. */
  function read(path: string, init: Init = {}): Promise<Read | undefined> {
    return watched.page.evaluate(
      async ([url, options]) => {
        try {
          const answer = await fetch(url, { credentials: "include", ...options });
          const text = await answer.text();
          const body: unknown = text === "" ? undefined : JSON.parse(text);
          return { status: answer.status, body, requestId: answer.headers.get("x-request-id") };
        } catch {
          return undefined;
        }
      },
      [`${watched.origin}${path}`, init] as const,
    );
  }

  const logIn = (email: string) =>
    read("/login", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email, password: PASSWORD }),
    });

  test("HD-03 a page of a configured origin logs in, reads the answer and acts by its cookie; any other page reads nothing", async () => {
    watched = await newPage();
    const { page, origin } = watched;
    const email = freshEmail();
    dataOf(await cookieClient(origin).signup({ email, password: PASSWORD }));

    await page.goto(originOf(app));
    const login = await logIn(email);
    expect(login).toMatchObject({ status: 200, body: { user: { email } } });
    expect(login?.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(await read("/me")).toMatchObject({ status: 200, body: { email } });

    await page.goto(originOf(stranger));
    expect(await logIn(email)).toBeUndefined();
    for (const path of ["/me", "/healthz"]) {
      expect(await read(path)).toBeUndefined();
      // Without CORS, an answer could still be embedded unread: CORP keeps it out altogether.
      expect(await read(path, { mode: "no-cors" })).toBeUndefined();
    }

    await page.goto(originOf(app));
    const { csrfToken } = login?.body as { csrfToken: string }; // asserted by the next answer
    const headers = { "x-csrf-token": csrfToken };
    expect(await read("/logout", { method: "POST", headers })).toMatchObject({ status: 204 });
    expect(await read("/me")).toMatchObject({ status: 401 });
  });
});

interface Init {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly mode?: "no-cors";
}

interface Read {
  readonly status: number;
  readonly body: unknown;
  readonly requestId: string | null;
}

function blankSite(): Server {
  return createServer((_, response) => {
    response
      .setHeader("content-type", "text/html")
      .end("<!doctype html><title>An application</title>");
  });
}

function originOf(site: Server): string {
  const { port } = site.address() as AddressInfo; // it listens on TCP
  return `http://localhost:${port}`;
}
