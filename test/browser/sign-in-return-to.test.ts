/** PG-05: `return_to` of `/sign-in` and `/sign-up`: followed where the settings allow it, and else ignored with a word. */
import { afterEach, describe, expect, test } from "vitest";
import { noBrowser } from "../support/browser.ts";
import { handOn, heading } from "../support/hands.ts";
import { anAccount } from "../support/owners.ts";
import { type ProviderPage, useProviderPages } from "../support/provider-pages.ts";
import { hasSession, openPage } from "../support/sign-in-pages.ts";

const hostile = [
  "//evil.example",
  "///evil.example",
  "/\\evil.example",
  "\\\\evil.example",
  "https:evil.example",
  "https://evil.example",
  "https://localhost.evil.example",
  "javascript:alert(1)",
  "data:text/html,x",
  "/\t/evil.example",
  "/%5cevil.example",
  "/.//evil.example",
  "https://user:pass@{app}",
  "{app}@evil.example",
  "{app}.evil.example",
  "blob:{app}/0b5a",
  "/sign-in?return_to=https://evil.example",
  "/\u2028/evil.example",
  "",
];

describe.skipIf(noBrowser)("PG-05 return_to", () => {
  const newPage = useProviderPages();
  let watched: ProviderPage;
  afterEach(() => watched.page.context().close());

  async function signIn(email: string, password: string) {
    const { type, press } = handOn(watched.page, "mouse");
    await type("E-mail address", email);
    await type("Password", password);
    await press("Sign in");
  }

  test("PG-05 a page of an application that the settings name is told of, and gone on to", async () => {
    watched = await newPage();
    const { page, app } = watched;
    const { email, password } = await anAccount(watched.origin);
    const target = `${app}/welcome?a=1#b`;
    await openPage(watched, `/sign-in?return_to=${encodeURIComponent(target)}`);
    await page.getByText(`to continue to ${new URL(app).host}`).waitFor();
    await signIn(email, password);
    await page.waitForURL(target);
    expect(await hasSession(page)).toBe(true);
  });

  test("PG-05 links between the pages keep it, and it is gone on to after a signup", async () => {
    watched = await newPage();
    const { page, app } = watched;
    const target = `${app}/welcome`;
    const { follow, type, press } = handOn(page, "mouse");
    await openPage(watched, `/sign-in?return_to=${encodeURIComponent(target)}`);
    await follow("Forgotten your password?");
    await follow("Back to sign-in");
    await follow("Create an account");
    await heading(page, "Create an account");
    await page.getByText(`to continue to ${new URL(app).host}`).waitFor();
    await follow("Sign in");
    await follow("Create an account");
    await type("E-mail address", `ada-${Date.now()}@example.com`);
    await type("Password", "correct horse battery staple");
    await press("Create an account");
    await page.waitForURL(target);
    expect(await hasSession(page)).toBe(true);
  });

  test.each(hostile)("PG-05 %j is ignored, with a word", async (text) => {
    watched = await newPage();
    const { page, app, origin } = watched;
    const value = encodeURIComponent(text.replace("{app}", app));
    await openPage(watched, `/sign-in?return_to=${value}`);
    await page.getByText(/a place that this service does not know/).waitFor();
    const links = await page
      .getByRole("link")
      .evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).href));
    for (const href of links) {
      expect(href).not.toContain("evil");
      expect(new URL(href).searchParams.has("return_to")).toBe(false);
    }
    const { email, password } = await anAccount(origin);
    await signIn(email, password);
    await page.waitForURL(`${origin}/account`);
  });

  test("PG-05 of two values neither counts", async () => {
    watched = await newPage();
    const { page, app, origin } = watched;
    const good = encodeURIComponent(app);
    await openPage(watched, `/sign-in?return_to=${good}/&return_to=https://evil.example/`);
    const { email, password } = await anAccount(origin);
    await signIn(email, password);
    await page.waitForURL(`${origin}/account`);
  });

  test("PG-05 somebody who is signed in is not led to a bad one either", async () => {
    watched = await newPage();
    const { page, origin } = watched;
    const { email, password } = await anAccount(origin);
    await openPage(watched, "/sign-in");
    await signIn(email, password);
    await page.waitForURL(`${origin}/account`);
    for (const more of ["", "&from=provider"]) {
      await openPage(watched, `/sign-in?return_to=//evil.example${more}`);
      if (more === "") await handOn(page, "mouse").press("Go on");
      await page.waitForURL(`${origin}/account`);
    }
  });
});
