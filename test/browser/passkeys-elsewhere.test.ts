/** Passkeys on a page of another site than the server's, which the browser allows where the server names it. */
import { spawnSync } from "node:child_process";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Application, startApplication } from "../support/application.ts";
import { noBrowser, useBrowser, type WatchedPage } from "../support/browser.ts";
import { freshEmail } from "../support/clients.ts";
import { PASSWORD } from "../support/credentials.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";
import { startTlsFront, type TlsFront } from "../support/tls-front.ts";
import { addAuthenticator } from "../support/virtual-authenticator.ts";

const SERVER = "https://auth.example.com";
/** A server that names no other origin than its own. */
const LONE_SERVER = "https://lone.example.com";
const SHOP = "https://shop.example";
const hosts = [SERVER, LONE_SERVER, SHOP].map((origin) => new URL(origin).host);
const noOpenssl = spawnSync("openssl", ["version"]).error !== undefined;

describe.skipIf(noBrowser || noOpenssl)("PK-16 passkeys on a page of another site", () => {
  let app: Application;
  let lone: ServerProcess;
  let front: TlsFront;
  let watched: WatchedPage;
  beforeAll(async () => {
    app = await startApplication();
    front = await startTlsFront(() => ({
      "auth.example.com": watched.origin,
      "lone.example.com": lone.baseUrl,
      "shop.example": app.origin(),
    }));
    lone = await startServerProcess({
      environment: { PUBLIC_URL: LONE_SERVER, CORS_ORIGINS: SHOP },
    });
  });
  afterAll(async () => {
    front.close();
    app.close();
    await lone.dispose();
  });
  const newPage = useBrowser(
    () => ({
      PUBLIC_URL: SERVER,
      CORS_ORIGINS: SHOP,
      WEBAUTHN_ORIGINS: `${SERVER},${SHOP}`,
    }),
    () => [
      `--host-resolver-rules=${hosts.map((host) => `MAP ${host}:443 127.0.0.1:${front.port}`).join()}`,
      "--ignore-certificate-errors",
    ],
  );
  afterEach(() => watched.page.context().close());

  test("PK-03 adds one and signs in by it, where the server names that site beside its own", async () => {
    watched = await newPage();
    const { page, origin } = watched;
    await addAuthenticator(page);
    await page.goto(`${SHOP}/?server=${SERVER}`);
    const email = freshEmail();
    const results = await page.evaluate(
      async (credentials) => {
        sdk.unwrap(await tokenApi.signup(credentials));
        sdk.unwrap(await tokenApi.tokenLogin(credentials));
        const added = await sdk.addPasskey(tokenApi);
        const signedIn = await sdk.signInWithPasskey(tokenApi);
        return { added, signedIn, me: await tokenApi.getTokenMe() };
      },
      { email, password: PASSWORD },
    );
    const success = { added: { status: 201 }, signedIn: { status: 200 }, me: { data: { email } } };
    expect(results).toMatchObject(success);
    const related = await fetch(`${origin}/.well-known/webauthn`);
    expect(related.headers.get("content-type")).toMatch(/^application\/json/);
    expect(await related.json()).toEqual({ origins: [SERVER, SHOP] });
  });

  test("PK-03 is refused by the browser, in words, where the server names its own alone", async () => {
    watched = await newPage();
    const { page } = watched;
    await addAuthenticator(page);
    await page.goto(`${SHOP}/?server=${LONE_SERVER}`);
    const result = await page.evaluate(() => sdk.signInWithPasskey(tokenApi));
    const detail = expect.stringContaining(`of lone.example.com are not for this page (${SHOP})`);
    expect(result).toMatchObject({ status: 0, failure: "wrong_origin", detail });
    expect(await fetch(`${lone.baseUrl}/.well-known/webauthn`)).toMatchObject({ status: 404 });
  });
});
