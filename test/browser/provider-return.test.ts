/** A browser comes back from a provider: once, twice, in two tabs, in another browser, by Back and by a reload. */
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { noBrowser } from "../support/browser.ts";
import { freshEmail } from "../support/clients.ts";
import { said } from "../support/mailed-links.ts";
import {
  beginHere,
  comeBack,
  goThrough,
  isSignedIn,
  madeFor,
  type ProviderPage,
  useProviderPages,
} from "../support/provider-pages.ts";

let watched: ProviderPage;
let email: string;

describe.skipIf(noBrowser)("the page that a provider leads back to", () => {
  const newPage = useProviderPages();
  beforeEach(async () => {
    watched = await newPage();
    email = freshEmail();
    Object.assign(watched.provider.person, { sub: email, email });
  });
  afterEach(() => watched.page.context().close());

  const nobodyGotIn = { accounts: 0, identities: 0, sessions: 0 };
  const oneGotIn = { accounts: 1, identities: 1, sessions: 1 };

  test("FD-13 signs in, and leaves nothing of the answer: in address, history, Referer, log, database", async () => {
    const { page, provider, requested, callback } = watched;
    const referers: (string | undefined)[] = [];
    page.on("request", (request) => void referers.push(request.headers()["referer"]));
    const answers = page.waitForResponse((response) => response.url().startsWith(callback() + "?"));
    await goThrough(watched, page);
    expect(await said(watched)).toBe(`You are signed in as ${email}.`);
    expect(madeFor(watched, email)).toEqual(oneGotIn);
    expect(await isSignedIn(page)).toBe(true);

    expect(page.url()).toBe(callback());
    const headers = (await answers).headers();
    expect(headers["cache-control"]).toBe("no-store");
    expect(headers["referrer-policy"]).toBe("no-referrer");
    expect(headers["content-security-policy"]).toBe(
      "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; require-trusted-types-for 'script'; trusted-types 'none'",
    );
    const code = provider.secrets.find((secret) => requested.some((url) => url.includes(secret)));
    expect(code).toMatch(/^canary-code-/);
    expect(requested.filter((url) => url.includes(String(code)))).toHaveLength(1);
    expect(referers.filter((referer) => referer?.startsWith(watched.origin))).toEqual([]);
    const kept = [watched.databaseFile, `${watched.databaseFile}-wal`]
      .map((file) => readFileSync(file).toString("latin1"))
      .join();
    const log = () => JSON.stringify(watched.events());
    await expect.poll(log).toContain('"login_success"'); // a line may come later than its answer
    const logged = log();
    for (const secret of provider.secrets) {
      expect(kept).not.toContain(secret);
      expect(logged).not.toContain(secret);
    }
  });

  test("FD-13 after a reload it says so, and sends nothing", async () => {
    const { page, requested, callback, provider } = watched;
    provider.knobs.page = "denies";
    await page.goto((await beginHere(watched, page)).authorizationUrl);
    expect(await said(watched)).toMatch(/^Nothing was done: it was cancelled at Nordlys ID/);
    const before = requested.length;
    await page.reload({ waitUntil: "networkidle" });
    expect(await said(watched)).toMatch(/this page was loaded again.* Start again/);
    expect(page.url()).toBe(callback());
    const after = requested.slice(before).map((url) => new URL(url).pathname);
    expect(after.filter((path) => !path.startsWith("/pages/"))).toEqual([
      new URL(callback()).pathname,
    ]);
    const back = page.getByRole("link", { name: "Start page" });
    expect(await back.getAttribute("href")).toBe("/");
  });

  test("FD-01 by Back and a second answer of the same flow nobody is let in again; it says who is signed in", async () => {
    const { page, origin, provider } = watched;
    const begun = await beginHere(watched, page, { returnTo: `${origin}/problems` });
    const cookies = await page.context().cookies();
    await comeBack(page, begun);
    await page.waitForURL(`${origin}/problems`);
    await page.goBack();
    expect(new URL(page.url()).hostname).toBe("127.0.0.1"); // the page itself was left by `replace`
    await page.getByRole("link", { name: "Allow" }).click();
    expect(await said(watched)).toBe(
      `You are signed in as ${email}. If you want to be somebody else, start again.`,
    );
    expect(madeFor(watched, email)).toEqual(oneGotIn);
    await page.context().clearCookies();
    await page.context().addCookies(cookies); // the flow is spent, and not its cookie alone gone
    await page.goBack();
    await page.getByRole("link", { name: "Allow" }).click();
    expect(await said(watched)).toMatch(/^This did not begin in this browser, or it was used/);
    expect(await isSignedIn(page)).toBe(false);
    expect(madeFor(watched, email)).toEqual(oneGotIn);
    expect(provider.exchanges).toHaveLength(1);
  });

  test("FD-02 two tabs: each ends what it began, the one that was begun first too", async () => {
    const { page } = watched;
    const second = await page.context().newPage();
    const [one, two] = [
      await beginHere(watched, page, { keeps: true }),
      await beginHere(watched, second, { keeps: true }),
    ];
    await comeBack(page, one);
    expect(await said(watched)).toBe(`You are signed in as ${email}.`);
    await comeBack(second, two); // the first took the cookie away
    expect(await said({ page: second })).toBe(`You are signed in as ${email}.`);
    for (const tab of [page, second])
      expect(await tab.evaluate(() => sessionStorage.length)).toBe(0);
  });

  test("FD-02 two tabs with the cookie alone: the last one that began ends, the other is told to start again", async () => {
    const { page } = watched;
    const second = await page.context().newPage();
    const [one, two] = [await beginHere(watched, page), await beginHere(watched, second)];
    await comeBack(page, one);
    expect(await said(watched)).toMatch(/Start again, on the page on which you began\.$/);
    expect(madeFor(watched, email)).toEqual(nobodyGotIn);
    await comeBack(second, two);
    expect(await said({ page: second })).toBe(`You are signed in as ${email}.`);
  });

  test("FD-02 opened in another browser it lets nobody in and spends nothing: the first can still end it", async () => {
    const { page, provider } = watched;
    const begun = await beginHere(watched, page);
    const back = provider.approve(begun.authorizationUrl).href;
    const elsewhere = await newPage();
    await elsewhere.page.goto(back);
    expect(await said(elsewhere)).toMatch(/^This did not begin in this browser/);
    expect(await isSignedIn(elsewhere.page)).toBe(false);
    expect(madeFor(watched, email)).toEqual(nobodyGotIn);
    expect(provider.exchanges).toEqual([]);
    await elsewhere.page.context().close();
    await page.goto(back);
    expect(await said(watched)).toBe(`You are signed in as ${email}.`);
  });

  test("FD-03 an answer of one provider is worth nothing at the page of another, and stays good at its own", async () => {
    const { page, provider, callback } = watched;
    const begun = await beginHere(watched, page, { keeps: true });
    const back = provider.approve(begun.authorizationUrl);
    const flows = await page.evaluate(() => JSON.stringify(sessionStorage));
    await page.goto(callback("other") + back.search);
    expect(await page.title()).toBe("Sign in with Other · Portcullis");
    expect(await said(watched)).toMatch(/^This did not begin in this browser/);
    expect(madeFor(watched, email)).toEqual(nobodyGotIn);
    expect(provider.exchanges).toEqual([]);
    expect(flows).toContain(begun.challengeToken);
    await page.goto(back.href);
    expect(await said(watched)).toBe(`You are signed in as ${email}.`);
  });

  test.each([
    ["state twice", (query: string) => `${query}&state=x`],
    ["code twice", (query: string) => `${query}&code=x`],
    ["iss twice", (query: string) => `${query}&iss=x`],
    ["code and error", (query: string) => `${query}&error=access_denied`],
    ["no state", (query: string) => query.replace(/state=[^&]*/, "")],
    ["a state without a value", (query: string) => query.replace(/state=[^&]*/, "state=")],
    ["neither code nor error", (query: string) => query.replace(/code=[^&]*/, "")],
    ["nothing", () => ""],
  ])("FD-19 %s is refused in words, and sent nowhere", async (_, spoil) => {
    const { page, provider, requested } = watched;
    const back = provider.approve((await beginHere(watched, page)).authorizationUrl);
    const sent = requested.length;
    await page.goto(`${back.origin}${back.pathname}?${spoil(back.search.slice(1))}`);
    expect(await said(watched)).toMatch(/its address is not complete\. Start again/);
    expect(requested.slice(sent).filter((url) => url.includes("/complete"))).toEqual([]);
    expect(page.url()).toBe(watched.callback());
    expect(madeFor(watched, email)).toEqual(nobodyGotIn);
    await page.goto(back.href); // it is still good
    expect(await said(watched)).toBe(`You are signed in as ${email}.`);
  });

  test("FD-19 a state of 10 KB is refused in words, and spends nothing", async () => {
    const { page, provider } = watched;
    const back = provider.approve((await beginHere(watched, page)).authorizationUrl);
    const { searchParams } = new URL(back);
    searchParams.set("state", "s".repeat(10_000));
    await page.goto(`${back.origin}${back.pathname}?${searchParams}`);
    expect(await said(watched)).toMatch(/Start again/);
    await page.goto(back.href);
    expect(await said(watched)).toBe(`You are signed in as ${email}.`);
  });

  test("FD-19 the words that come with an error are on no page", async () => {
    const { page, provider } = watched;
    provider.knobs.comesBack = (parameters) => {
      parameters.set("error_description", "Call 555-0100 and read out your code");
      parameters.set("error_uri", "https://evil.example/help");
      return parameters;
    };
    await goThrough(watched, page, {}, "Refuse");
    expect(await said(watched)).toMatch(/^Nothing was done: it was cancelled at Nordlys ID/);
    expect(await page.content()).not.toMatch(/555|evil/);
    expect(madeFor(watched, email)).toEqual(nobodyGotIn);
  });
});
