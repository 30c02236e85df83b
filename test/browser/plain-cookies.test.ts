/** Cookies over plain http on an address that is not loopback, as a developer's phone sees the server. */
import { networkInterfaces } from "node:os";
import { describe, expect, test } from "vitest";
import { noBrowser, useBrowser, type WatchedPage } from "../support/browser.ts";
import { freshEmail } from "../support/clients.ts";
import { PASSWORD } from "../support/credentials.ts";

const address = Object.values(networkInterfaces())
  .flatMap((each) => each ?? [])
  .find(({ internal, family }) => !internal && family === "IPv4")?.address;

describe.skipIf(noBrowser || address === undefined)(
  "in a browser, over http beyond localhost",
  () => {
    describe("with the usual cookies", () => {
      const newPage = useBrowser(() => ({ HOST: address ?? "" }));
      test("a login is forgotten at once: DEV_COOKIES is for this", async () => {
        expect(await statusesOfVisit(await newPage())).toEqual({
          login: 200,
          me: 401,
          logout: 204,
        });
      });
    });

    describe("with DEV_COOKIES=plain", () => {
      const newPage = useBrowser(() => ({ HOST: address ?? "", DEV_COOKIES: "plain" }));
      test("CF-08 a login holds, the page reads its proof, and a logout ends it", async () => {
        const watched = await newPage();
        expect(await statusesOfVisit(watched)).toEqual({ login: 200, me: 200, logout: 204 });
        const cookies = await watched.page.context().cookies();
        expect(cookies.map(({ name, secure, httpOnly }) => ({ name, secure, httpOnly }))).toEqual([
          { name: "device", secure: false, httpOnly: true }, // it outlives the session
        ]);
      });
    });
  },
);

/** Signs up, logs in, asks who it is, and logs out, as a page of the server's own origin. */
async function statusesOfVisit({ page, origin }: WatchedPage) {
  await page.goto(`${origin}/docs`);
  const account = { email: freshEmail(), password: PASSWORD };
  return page.evaluate(async (body) => {
    const post = (path: string, headers: Record<string, string>, sent?: object) =>
      fetch(path, { method: "POST", headers, body: sent ? JSON.stringify(sent) : null });
    const json = { "content-type": "application/json" };
    await post("/signup", json, body);
    const login = (await post("/login", json, body)).status;
    const me = (await fetch("/me")).status;
    const proof = /(?:^|; )csrf=([^;]+)/.exec(document.cookie)?.[1] ?? "";
    const logout = (await post("/logout", { "x-csrf-token": proof })).status;
    return { login, me, logout };
  }, account);
}
