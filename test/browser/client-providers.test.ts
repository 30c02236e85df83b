/** `@portcullis/client/providers` in Chromium, on a page of an application, at a real server and a provider on loopback. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Application, startApplication } from "../support/application.ts";
import { noBrowser, useBrowser, type WatchedPage } from "../support/browser.ts";
import { freshEmail } from "../support/clients.ts";
import { freePort } from "../support/free-port.ts";
import { startProvider, type TestProvider } from "../support/provider.ts";
import { PROVIDER_ID, providerSettings } from "../support/provider-steps.ts";

/** Ends whatever comes back, and has a button for each way there. Its headline says how it went. */
const scriptFor = (port: number) => `
import { createClient, memoryTokens } from "@portcullis/client";
import { completeProviderLogin, startProviderLogin } from "@portcullis/client/providers";
const baseUrl = "http://localhost:${port}";
const hasTokens = location.pathname === "/tokens";
const api = hasTokens
  ? createClient({ baseUrl, tokens: memoryTokens() })
  : createClient({ baseUrl });
const tell = (r: { ok: boolean; failure?: string; status: number } | undefined) => {
  document.title = r === undefined ? "nothing" : r.ok ? "in" : String(r.failure ?? r.status);
};
const provider = "${PROVIDER_ID}";
const way = hasTokens ? { provider, redirectUri: location.origin + "/tokens" } : { provider };
tell(await completeProviderLogin(api));
document.querySelector("#here")?.addEventListener("click", () => void startProviderLogin(api, way as never));
document.querySelector("#popup")?.addEventListener("click", () =>
  void startProviderLogin(api, { ...way, popup: true } as never).then(async (r) => {
    tell(r);
    const me = await api.getMe();
    document.title += " " + (me.ok ? me.data.email : me.status);
  }),
);
`;
const form = `<button id="here">Here</button><button id="popup">Popup</button>`;

describe.skipIf(noBrowser)("@portcullis/client/providers", () => {
  let app: Application;
  let provider: TestProvider;
  let port: number;
  let watched: WatchedPage;
  beforeAll(async () => {
    port = await freePort();
    provider = await startProvider();
    app = await startApplication({ form, script: scriptFor(port) });
  });
  afterAll(async () => {
    app.close();
    await provider.close();
  });
  const newPage = useBrowser(() => ({
    ...providerSettings(provider, {
      REDIRECTS: `${app.origin()}/tokens`,
    }),
    CORS_ORIGINS: app.origin(),
    // The provider leads back to it.
    PORT: String(port),
    PUBLIC_URL: `http://localhost:${port}`,
  }));
  afterEach(() => watched.page.context().close());

  async function open(path: string) {
    watched = await newPage();
    const email = freshEmail();
    Object.assign(provider.person, { sub: email, email, email_verified: true });
    provider.knobs.page = "approves";
    await watched.page.goto(app.origin() + path);
    await watched.page.waitForFunction(() => document.title === "nothing");
    return { page: watched.page, email, url: app.origin() + path };
  }

  test.each([
    ["cookies", "/"],
    ["tokens", "/tokens"],
  ])("goes there and comes back, with %s; a copied address signs nobody in", async (_, path) => {
    const { page, url } = await open(path);
    const addresses: string[] = [];
    page.on("framenavigated", (frame) => void addresses.push(frame.url()));
    await page.getByText("Here").click();
    await page.waitForFunction(() => document.title === "in");
    expect(page.url()).toBe(url);
    const handed = addresses.find(
      (address) => address.startsWith(url) && address.includes("state="),
    );
    const other = await page.context().newPage();
    await other.goto(handed ?? "");
    await other.waitForFunction(() => document.title === "not_begun_here");
    expect(other.url()).toBe(url);
  });

  test.each([
    ["cookies", "/"],
    ["tokens", "/tokens"],
  ])("stays, and has a popup go there, with %s", async (_, path) => {
    const { page, email } = await open(path);
    const opening = page.context().waitForEvent("page");
    await page.getByText("Popup").click();
    const popup = await opening;
    await page.waitForFunction((wanted) => document.title === wanted, `in ${email}`);
    await expect.poll(() => popup.isClosed()).toBe(true);
  });

  test("signs in by a popup whose button was clicked twice", async () => {
    const { page, email } = await open("/");
    await page.evaluate(() => {
      const button = document.querySelector<HTMLButtonElement>("#popup");
      button?.click();
      button?.click();
    });
    await page.waitForFunction((wanted) => document.title === wanted, `in ${email}`);
    await expect.poll(() => page.context().pages().length).toBe(1);
  });
});
