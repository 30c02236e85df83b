/** examples/react-vite and examples/next-app as their READMEs say, with people at their pages. */
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import { cookieClient, dataOf, freshEmail } from "../support/clients.ts";
import { PASSWORD } from "../support/credentials.ts";
import { type App, addTotpOver } from "../support/second-factors.ts";
import { type RunningExample, startInstalledExample, VISITOR } from "./installed-example.ts";

const found = inject("chromium");
const noBrowser = "missing" in found;
const ARTIFACTS = new URL("../../test-artifacts/", import.meta.url).pathname;

/** Each is started by its own program, with what its README names. */
const applications = [
  {
    name: "react-vite",
    start: () =>
      startInstalledExample(
        "react-vite",
        (port) => ["vite/bin/vite.js", "preview", "--host", "127.0.0.1", "--port", `${port}`],
        (auth) => ({ AUTH_URL: auth }),
      ),
  },
  {
    name: "next-app",
    start: () =>
      startInstalledExample(
        "next-app",
        (port) => ["next/dist/bin/next", "start", "-H", "127.0.0.1", "-p", `${port}`],
        (auth) => ({ AUTH_URL: `${auth}/auth`, TRUSTED_HOPS: "1" }),
      ),
  },
];

const eventually = <T>(look: () => Promise<T>) => expect.poll(look, { timeout: 20_000 });

describe.skipIf(noBrowser).each(applications)("examples/$name", ({ name, start }) => {
  let example: RunningExample;
  let browser: Browser;
  const exceptions: string[] = [];
  beforeAll(async () => {
    if ("missing" in found) return;
    example = await start();
    browser = await chromium.launch({ executablePath: found.path, args: ["--no-sandbox"] });
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    expect(exceptions.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    await browser.close();
    await example.stop();
  });

  const newProfile = (options: BrowserContextOptions = {}) =>
    browser.newContext({
      viewport: { width: 390, height: 780 },
      // The lie of a visitor about their address.
      extraHTTPHeaders: { "x-forwarded-for": "198.51.100.66" },
      ...options,
    });
  async function open(context: Awaited<ReturnType<typeof newProfile>>): Promise<Page> {
    const page = await context.newPage();
    page.on("pageerror", ({ message }) => exceptions.push(message));
    await page.goto(example.origin);
    return page;
  }
  const form = (page: Page) => page.getByRole("heading", { name: "Sign in" });
  const welcome = (page: Page) => page.getByRole("heading", { name: /^Welcome, / });
  const press = (page: Page, button: string) =>
    page.getByRole("button", { name: button, exact: true }).click();
  async function sendPassword(page: Page, email: string, password = PASSWORD): Promise<void> {
    await form(page).waitFor();
    await page.getByLabel("E-mail address").fill(email);
    await page.getByLabel("Password").fill(password);
    await press(page, "Sign in");
  }

  async function newAccount(): Promise<string> {
    const email = freshEmail();
    const made = await cookieClient(example.authUrl).signup({ email, password: PASSWORD });
    expect(made.status).toBe(201);
    return email;
  }
  async function newAccountWithApp(): Promise<{ email: string; app: App }> {
    const email = await newAccount();
    const api = cookieClient(example.authUrl);
    dataOf(await api.login({ email, password: PASSWORD }));
    return { email, ...(await addTotpOver(api)) };
  }

  test("a person signs in with two factors, stays signed in after a reload, and leaves", async () => {
    const { email, app } = await newAccountWithApp();
    const page = await open(await newProfile());
    await form(page).waitFor();
    await page.screenshot({ path: `${ARTIFACTS}${name}-sign-in.png` });
    await sendPassword(page, email, "wrong, and long enough");
    const alert = page.getByRole("alert").filter({ hasText: /./ }).first();
    await eventually(() => alert.innerText()).toBe(
      "The e-mail address and password do not let you in.",
    );
    await sendPassword(page, email);
    await page.getByRole("heading", { name: "One more step" }).waitFor();
    await page.getByLabel("Code").fill(app.wrongAt(Date.now()));
    await press(page, "Go on");
    await eventually(() => alert.innerText()).toMatch(/code/i);
    await page.getByLabel("Code").fill(app.codeAt(Date.now()));
    await press(page, "Go on");
    await eventually(() => welcome(page).innerText()).toBe(`Welcome, ${email}`);
    await page.reload();
    await eventually(() => welcome(page).innerText()).toBe(`Welcome, ${email}`);
    await page.screenshot({ path: `${ARTIFACTS}${name}-account.png` });

    const login = example.auth.events().findLast(({ event }) => event === "login_success");
    expect(login).toMatchObject({ ip: VISITOR });
    const failed = example.auth.events().findLast(({ event }) => event === "login_failed");
    expect(failed).toMatchObject({ ip: VISITOR });

    await press(page, "Sign out");
    await form(page).waitFor();
    await page.reload();
    await form(page).waitFor();
  });

  test("another tab sees a sign-in and a sign-out, without a reload", async () => {
    const context = await newProfile();
    const here = await open(context);
    const there = await open(context);
    await form(there).waitFor();
    await sendPassword(here, await newAccount());
    await welcome(here).waitFor();
    await welcome(there).waitFor();
    await press(there, "Sign out");
    await form(there).waitFor();
    await form(here).waitFor();
  });

  test("a session that an operator ends is over as soon as the page is returned to", async () => {
    const email = await newAccount();
    const page = await open(await newProfile());
    await sendPassword(page, email);
    await welcome(page).waitFor();
    const elsewhere = cookieClient(example.authUrl);
    dataOf(await elsewhere.login({ email, password: PASSWORD }));
    dataOf(await elsewhere.revokeMyOtherSessions());
    await page.waitForTimeout(5_000); // the time within which it asks once
    await page.evaluate(() => dispatchEvent(new Event("focus")));
    await form(page).waitFor();
  });

  test.runIf(name === "react-vite")("a person signs up, and is signed in", async () => {
    const email = freshEmail();
    const page = await open(await newProfile());
    await form(page).waitFor();
    await press(page, "I am new here");
    await page.getByLabel("E-mail address").fill(email);
    await page.getByLabel("Password").fill(PASSWORD);
    await press(page, "Create account");
    await eventually(() => welcome(page).innerText()).toBe(`Welcome, ${email}`);
    await eventually(() => page.getByRole("listitem").allInnerTexts()).toEqual([
      expect.stringContaining(`This browser\n${VISITOR}, since `),
    ]);
  });

  test.runIf(name === "next-app")(
    "without its script the page signs in too, and arrives complete: a server has asked",
    async () => {
      const email = await newAccount();
      const page = await open(await newProfile({ javaScriptEnabled: false }));
      await sendPassword(page, email);
      await eventually(() => welcome(page).innerText()).toBe(`Welcome, ${email}`);
      await page.reload();
      expect(await welcome(page).innerText()).toBe(`Welcome, ${email}`);
      const [login] = example.auth
        .events()
        .filter(({ event }) => event === "login_success")
        .slice(-1);
      expect(login).toMatchObject({ ip: VISITOR });
    },
  );

  test.runIf(name === "next-app")(
    "SV-01 a page of a sibling domain signs nobody in by its server",
    async () => {
      const email = await newAccount();
      const context = await newProfile({ javaScriptEnabled: false });
      const page = await open(context);
      await form(page).waitFor();
      // The very request of the form, as a sibling domain's page would have a browser make it.
      await context.route(example.origin, (route, request) =>
        request.method() === "POST"
          ? route.continue({ headers: { ...request.headers(), "sec-fetch-site": "same-site" } })
          : route.continue(),
      );
      await sendPassword(page, email);
      await page.getByText(/.*/).first().waitFor();
      expect(await context.cookies()).toEqual([]);
      const refused = example.auth.events().findLast(({ event }) => event === "csrf_rejected");
      expect(refused).toMatchObject({ operation: "login", reason: "cross_site", ip: VISITOR });
    },
  );
});
