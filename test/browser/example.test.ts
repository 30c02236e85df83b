/** examples/browser as its README says: one command, then a person at the page. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { cookieClient, dataOf, freshEmail } from "../support/clients.ts";
import { PASSWORD } from "../support/credentials.ts";
import { startExample } from "../support/examples.ts";
import { waitFor } from "../support/wait-for.ts";
import { desktop, noBrowser, phone, useBrowser, type WatchedPage } from "../support/browser.ts";

/** A busy machine is no fault of the page. */
const eventually = <T>(look: () => Promise<T>) => expect.poll(look, { timeout: 20_000 });

describe.skipIf(noBrowser)("examples/browser", () => {
  const newPage = useBrowser();
  let example: Example;
  let watched: WatchedPage;
  beforeAll(async () => {
    example = await startBrowserExample();
  });
  afterEach(() => watched.page.context().close());
  afterAll(() => example.stop());

  async function openPage(options: BrowserContextOptions = desktop): Promise<Page> {
    watched = await newPage(options);
    await watched.page.goto(example.pageOrigin);
    await watched.page.getByLabel("E-mail address").waitFor();
    return watched.page;
  }

  /** Everything the page did wrong; that it is not of the harness's own origin is no wrong. */
  async function faults(): Promise<string[]> {
    const own = [example.pageOrigin, example.apiOrigin].map(
      (origin) => `foreign request: ${origin}/`,
    );
    return (await watched.faults()).filter(
      (fault) => !own.some((start) => fault.startsWith(start)),
    );
  }

  const fill = async (page: Page, email: string, secret = PASSWORD) => {
    await page.getByLabel("E-mail address").fill(email);
    await page.getByLabel("Password").fill(secret);
  };
  const press = (page: Page, name: string) =>
    page.getByRole("button", { name, exact: true }).click();
  const statusOf = (page: Page) => page.getByRole("status").innerText();
  const focused = (page: Page) => page.evaluate(() => document.activeElement?.id);

  test.each([
    ["desktop", desktop],
    ["phone", phone],
  ])(
    "a person signs up, sees another session, ends it and signs out (%s)",
    async (name, options) => {
      const page = await openPage(options);
      await watched.shoot(`example-${name}-form`);
      const email = freshEmail();
      await fill(page, email);
      await press(page, "Sign up");
      await eventually(() => statusOf(page)).toBe("Your account is made, and you are signed in.");
      expect(await page.getByRole("heading", { level: 2 }).innerText()).toBe(email);
      expect(await focused(page)).toBe("who");
      expect(await page.getByRole("listitem").count()).toBe(1);

      const other = cookieClient(example.apiOrigin);
      dataOf(await other.login({ email, password: PASSWORD }));
      await page.reload(); // the cookie outlives it
      const end = page.getByRole("button", { name: /^End the session of/ });
      await end.waitFor();
      expect(await page.getByRole("listitem").allInnerTexts()).toEqual([
        expect.stringMatching(/^This page, from 127\.0\.0\.1, since /),
        expect.stringMatching(/^node, from /),
      ]);
      await watched.shoot(`example-${name}-sessions`);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(
        options.viewport.width,
      );
      await end.click();
      await eventually(() => statusOf(page)).toBe("The session has ended.");
      expect(await page.getByRole("listitem").count()).toBe(1);
      expect(await other.getMe()).toMatchObject({ status: 401 });

      await press(page, "Sign out");
      await eventually(() => statusOf(page)).toBe("You are signed out.");
      expect(await focused(page)).toBe("email");
      await page.reload();
      await page.getByLabel("E-mail address").waitFor();
      expect(await faults()).toEqual([]);
    },
  );

  test("a refusal is read out in the server's words, and the focus goes where it can be mended", async () => {
    const page = await openPage();
    const alert = () => page.getByRole("alert").innerText();
    // The rule, before the first mistake.
    const hint = () => page.locator("#password-hint").innerText();
    await eventually(hint).toMatch(/^Of a new account: 15 to 256 characters/);
    await fill(page, freshEmail());
    await press(page, "Sign in");
    await eventually(alert).toBe("The e-mail address and password do not let you in.");
    expect(await focused(page)).toBe("password");
    await fill(page, freshEmail(), "sunshine");
    await press(page, "Sign up");
    await eventually(alert).toBe(
      "This password is refused. It must have at least 15 characters. Too many people use it.",
    );
    await watched.shoot("example-refused");
    await fill(page, "nobody");
    await press(page, "Sign up");
    await eventually(alert).toBe("email: Must be an e-mail address.");
    expect(await focused(page)).toBe("email");
    expect(await faults()).toEqual([]);
  });

  test("everything can be reached and done by keyboard alone", async () => {
    const page = await openPage();
    const email = freshEmail();
    await page.keyboard.press("Tab");
    await page.keyboard.type(email);
    await page.keyboard.press("Tab");
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter"); // Sign up
    await eventually(() => focused(page)).toBe("who");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter"); // Sign out
    await eventually(() => focused(page)).toBe("email");
    expect(await statusOf(page)).toBe("You are signed out.");
  });
});

interface Example {
  readonly pageOrigin: string;
  readonly apiOrigin: string;
  stop(): Promise<void>;
}

async function startBrowserExample(): Promise<Example> {
  const folder = await mkdtemp(join(tmpdir(), "portcullis-example-"));
  const { lines, stop } = startExample("browser", {
    PORT: "0",
    API_PORT: "0",
    BCRYPT_COST: "10",
    DATABASE_URL: `sqlite:${join(folder, "portcullis.db")}`,
  });
  const line = await waitFor(() => lines[0]);
  const [pageOrigin = "", apiOrigin = ""] = line.match(/http:\/\/localhost:\d+/g) ?? [];
  return {
    pageOrigin,
    apiOrigin,
    async stop() {
      await stop();
      await rm(folder, { recursive: true });
    },
  };
}
