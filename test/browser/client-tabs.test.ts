/** The client in real tabs: one store in localStorage, one refresh. */
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { rolldown } from "rolldown";
import { afterEach, describe, expect, test } from "vitest";
import type * as sdk from "@portcullis/client";
import { freshEmail } from "../support/clients.ts";
import { PASSWORD } from "../support/credentials.ts";
import { noBrowser, useBrowser, type WatchedPage } from "../support/browser.ts";

declare global {
  /** The client, as a page's bundle would have it. */
  var sdkUnderTest: typeof sdk;
}

const CALLS_PER_TAB = 10;
const REFRESH_MS = 1_500;

async function clientBundle(): Promise<string> {
  const input = fileURLToPath(new URL("../../client/src/index.ts", import.meta.url));
  const bundle = await rolldown({ input, platform: "browser" });
  const { output } = await bundle.generate({ format: "iife", name: "sdkUnderTest" });
  return output[0].code;
}

describe.skipIf(noBrowser)("the client in a browser", () => {
  const newPage = useBrowser();
  let watched: WatchedPage;
  afterEach(() => watched.page.context().close());

  /** A page of the API's own origin that may call the API, with the client in it. */
  async function open(page: Page): Promise<Page> {
    await page.goto(`${watched.origin}/docs`);
    await page.evaluate(await clientBundle());
    return page;
  }

  test("two tabs that share their tokens refresh them once", async () => {
    watched = await newPage();
    const first = await open(watched.page);
    const second = await open(await watched.page.context().newPage());
    const refreshes: string[] = [];
    // Slow, so that each tab wants one while the other's is under way.
    await watched.page.context().route("**/token/refresh", async (route) => {
      refreshes.push(route.request().url());
      await new Promise((resolve) => setTimeout(resolve, REFRESH_MS));
      await route.continue();
    });
    await first.evaluate(
      async ({ email, password }) => {
        const { createClient, storageTokens } = globalThis.sdkUnderTest;
        const tokens = storageTokens(localStorage);
        const api = createClient({ baseUrl: location.origin, tokens });
        await api.signup({ email, password });
        const login = await api.tokenLogin({ email, password });
        if (login.status !== 200) throw new Error(`login: ${login.status}`);
        await tokens.write({ ...login.data, accessToken: "no.longer.good" });
      },
      { email: freshEmail(), password: PASSWORD },
    );
    const call = (page: Page) =>
      page.evaluate(async (count) => {
        const { createClient, storageTokens } = globalThis.sdkUnderTest;
        const tokens = storageTokens(localStorage);
        const api = createClient({ baseUrl: location.origin, tokens });
        const calls = Array.from({ length: count }, () => api.getTokenMe());
        return (await Promise.all(calls)).map(({ status }) => status);
      }, CALLS_PER_TAB);
    const statuses = await Promise.all([call(first), call(second)]);
    expect(statuses.flat()).toEqual(Array(2 * CALLS_PER_TAB).fill(200));
    expect(refreshes).toHaveLength(1);
  });

  test("the CSRF proof survives a reload", async () => {
    watched = await newPage();
    const page = await open(watched.page);
    await page.evaluate(
      async ({ email, password }) => {
        const api = globalThis.sdkUnderTest.createClient({ baseUrl: location.origin });
        await api.signup({ email, password });
        await api.login({ email, password });
      },
      { email: freshEmail(), password: PASSWORD },
    );
    await open(page);
    const statuses = await page.evaluate(async () => {
      const api = globalThis.sdkUnderTest.createClient({ baseUrl: location.origin });
      const change = await api.revokeMyOtherSessions();
      return [(await api.getMe()).status, change.status];
    });
    expect(statuses).toEqual([200, 204]);
  });
});
