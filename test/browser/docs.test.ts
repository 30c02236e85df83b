import { readFile } from "node:fs/promises";
import type { BrowserContextOptions } from "playwright-core";
import { afterEach, describe, expect, test } from "vitest";
import { problemsOf } from "../../src/contract/operation.ts";
import { type OperationId, operations } from "../../src/contract/operations.ts";
import { desktop, noBrowser, phone, useBrowser, type WatchedPage } from "../support/browser.ts";
import { faintTexts } from "../support/contrast.ts";
import {
  authorize,
  openAll,
  openDocs,
  openPanel,
  operation,
  tryOut,
} from "../support/swagger-ui.ts";

const password = "a tall ship and a star to steer by";
const newcomer = () => ({ email: `ada-${crypto.randomUUID()}@example.com`, password });

interface OpenApi {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly operationId: string }>>>
  >;
  readonly webhooks: Readonly<Record<string, unknown>>;
}

describe.skipIf(noBrowser)("/docs in a browser", () => {
  const newPage = useBrowser();
  let watched: WatchedPage;
  afterEach(() => watched.page.context().close());

  async function newDocsPage(
    options: BrowserContextOptions = desktop,
    query = "",
    only?: readonly OperationId[],
  ): Promise<WatchedPage> {
    watched = await newPage(options);
    await openDocs(watched.page, `${watched.origin}/docs${query}`, only);
    return watched;
  }

  test("HD-07 shows every operation and event, opened too, without violation, error or foreign request, and within the width of a phone", async () => {
    const { page, faults, consoleErrors, shoot } = await newDocsPage();
    await shoot("docs-desktop");
    const { paths, webhooks } = await published();
    const operationIds = Object.values(paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    for (const operationId of operationIds)
      expect(await operation(page, operationId).count(), operationId).toBe(1);
    expect(await openAll(page)).toBe(operationIds.length + Object.keys(webhooks).length);
    await page.locator(".models-control").click();
    await page.locator(".models .json-schema-2020-12").first().waitFor();

    expect(await faults()).toEqual([]);
    expect(consoleErrors).toEqual([]);

    // As wide as a phone: it is all there already, and opening it is what takes its time.
    await page.setViewportSize(phone.viewport);
    const { width } = phone.viewport;
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    // A box may scroll inside; none may stick out of the screen.
    const outside = await page.locator(".opblock :is(button, input, select, textarea)").evaluateAll(
      (controls, limit) =>
        controls
          .filter(
            (control) =>
              control.closest("pre, .highlight-code, .microlight, .curl-command") === null,
          )
          .filter((control) => control.getBoundingClientRect().right > limit)
          .map((control) => control.outerHTML),
      width,
    );
    expect(outside).toEqual([]);
  });

  test("HD-07 refuses an inline script, an inline style and a foreign script, and these tests see it", async () => {
    const { page, faults } = await newDocsPage();
    await page.evaluate(() => {
      const inline = document.createElement("script");
      inline.textContent = "window.ran = true";
      const foreign = document.createElement("script");
      foreign.src = "https://example.invalid/x.js";
      const style = document.createElement("style");
      style.textContent = "body { color: red }";
      document.body.append(inline, foreign, style);
    });
    const seen = (await faults()).join("\n");
    expect(seen).toContain("violation of script-src-elem: inline");
    expect(seen).toContain("violation of style-src-elem: inline");
    expect(seen).toContain("violation of script-src-elem: https://example.invalid/x.js");
    expect(await page.evaluate(() => Reflect.has(window, "ran"))).toBe(false);
  });

  test("a person signs up, logs in, sees themselves and logs out by clicking", async () => {
    const { page, faults, shoot } = await newDocsPage();
    const account = newcomer();
    expect(await tryOut(page, "signup", account)).toMatchObject({
      status: 201,
      body: { email: account.email, role: "user" },
    });
    expect(await tryOut(page, "login", account)).toMatchObject({ status: 200 });
    expect(await tryOut(page, "getMe")).toMatchObject({
      status: 200,
      body: { email: account.email },
    });
    await operation(page, "getMe").scrollIntoViewIfNeeded();
    await shoot("docs-answer");
    expect(await tryOut(page, "logout")).toEqual({ status: 204, body: undefined });
    expect(await tryOut(page, "getMe")).toMatchObject({
      status: 401,
      body: { code: "unauthenticated" },
    });
    expect(await faults()).toEqual([]);
  });

  test("CS-01 a session that outlives a reload still logs out: the proof is not lost with the page", async () => {
    const { page, origin } = await newDocsPage(desktop, "", ["signup", "login", "getMe", "logout"]);
    const account = newcomer();
    await tryOut(page, "signup", account);
    await tryOut(page, "login", account);
    await openDocs(page, `${origin}/docs`, ["getMe", "logout"]);
    expect(await tryOut(page, "getMe")).toMatchObject({ status: 200 });
    expect(await tryOut(page, "logout")).toMatchObject({ status: 204 });
  });

  test("HD-07 a program's token works through the Authorize dialog, and is kept in no storage", async () => {
    const { page, faults, shoot, origin } = await newDocsPage(desktop, "", [
      "signup",
      "getTokenMe",
      "tokenLogin",
    ]);
    const account = newcomer();
    await tryOut(page, "signup", account);
    expect(await tryOut(page, "getTokenMe")).toMatchObject({ status: 401 });
    const { status, body } = await tryOut(page, "tokenLogin", account);
    expect(status).toBe(200);
    const { accessToken } = body as { accessToken: string }; // asserted by the next answer
    await authorize(page, accessToken);
    expect(await tryOut(page, "getTokenMe")).toMatchObject({
      status: 200,
      body: { email: account.email },
    });
    expect(await page.evaluate(() => [{ ...localStorage }, { ...sessionStorage }])).toEqual([
      {},
      {},
    ]);
    await operation(page, "getTokenMe").scrollIntoViewIfNeeded();
    await shoot("docs-bearer");

    await openDocs(page, `${origin}/docs`, ["getTokenMe"]);
    expect(await tryOut(page, "getTokenMe")).toMatchObject({ status: 401 });
    expect(await faults()).toEqual([]);
  });

  test("HD-04 a refused change shows its problem document, whose page is one click away", async () => {
    const { page } = await newDocsPage(desktop, "", ["signup"]);
    const account = newcomer();
    await tryOut(page, "signup", account);
    expect(await tryOut(page, "signup", account)).toMatchObject({
      status: 409,
      body: { type: "/problems/email-taken", code: "email_taken", status: 409 },
    });
    await operation(page, "signup")
      .locator(".responses-inner a", { hasText: "email_taken" })
      .click();
    await expect
      .poll(() => page.context().pages().at(-1)?.url())
      .toMatch(/\/problems\/email-taken$/);
  });

  test.each(["url", "configUrl"])(
    "HD-08 ?%s= changes nothing: our document is shown",
    async (name) => {
      const elsewhere = ["https://example.invalid/openapi.json", "/healthz"];
      for (const address of elsewhere) {
        const { page, faults, requested, origin } = await newDocsPage(
          desktop,
          `?${name}=${encodeURIComponent(address)}`,
        );
        expect(await page.locator(".info .title").innerText()).toContain("Portcullis");
        expect(await faults()).toEqual([]);
        const documents = requested.filter(
          (url) =>
            ![`${origin}/docs`, `${origin}/pages/`, "data:"].some((ours) => url.startsWith(ours)),
        );
        expect(documents).toEqual([`${origin}/openapi.json`]);
        if (address !== elsewhere.at(-1)) await page.context().close();
      }
    },
  );

  test.each([
    ["desktop", desktop],
    ["phone", phone],
  ])("the first screen shows operations, without scrolling (%s)", async (_, options) => {
    const { page } = await newDocsPage(options);
    expect(await page.evaluate(() => scrollY)).toBe(0);
    for (const id of ["signup", "confirmSignup"]) {
      const box = await operation(page, id).boundingBox();
      expect(box && box.y + box.height, id).toBeLessThan(options.viewport.height);
    }
  });

  test("Authorize opens at the top with the token's field, and says that a cookie needs none of it", async () => {
    const { page } = await newDocsPage(phone);
    await page.locator(".auth-wrapper .authorize").click();
    const dialog = page.locator(".modal-ux");
    await expect.poll(async () => (await dialog.boundingBox())?.y).toBeLessThan(40);
    const first = dialog.locator(".auth-container").first();
    expect(await first.locator("h4").innerText()).toContain("bearer");
    expect(await first.innerText()).toContain(
      "A browser that has signed in by login sends its cookie by itself and needs no token.",
    );
    await expect
      .poll(() => first.getByRole("textbox").evaluate((box) => box === document.activeElement))
      .toBe(true);
    const field = await first.getByRole("textbox").boundingBox();
    expect(field && field.y + field.height).toBeLessThan(phone.viewport.height);
    expect(await dialog.locator(".modal-ux-content").evaluate(({ scrollTop }) => scrollTop)).toBe(
      0,
    );
  });

  test("a failure is a line with its codes, and shows its body once it is asked for", async () => {
    const { page, faults } = await newDocsPage();
    const panel = operation(page, "changePassword");
    await openPanel(panel);
    const rows = panel.locator(".responses-inner tr.response");
    await rows.first().waitFor();
    expect(await rows.locator(".response-col_status").allInnerTexts()).toEqual([
      "204",
      "400",
      "401",
      "403",
      "413",
      "415",
      "429",
      "500",
      "503",
    ]);
    expect(await rows.locator(".highlight-code").count()).toBe(0);
    const box = await panel.locator(".responses-inner").boundingBox();
    expect(box?.height).toBeLessThan(desktop.viewport.height);
    const refused = rows.filter({ hasText: "origin_not_allowed" });
    await refused.getByRole("button", { name: "Show the body" }).click();
    await refused.getByText('"type"').waitFor();
    expect(await rows.locator(".highlight-code").count()).toBe(1);
    expect(await faults()).toEqual([]);
  });

  test("what an operation may log is a click away, on the same page; one heading says what these are", async () => {
    const { page, faults } = await newDocsPage();
    const headings = await page.getByRole("heading", { level: 2 }).allInnerTexts();
    expect(headings.filter((text) => /webhooks/i.test(text))).toEqual([]);
    expect(await page.locator(".opblock-tag", { hasText: "Log events" }).count()).toBe(1);
    const panel = operation(page, "login");
    await openPanel(panel);
    await panel.getByRole("link", { name: "login_failed" }).click();
    const event = operation(page, "log_login_failed");
    await event.getByText("The caller of a login is never told").waitFor();
    await expect.poll(async () => (await event.boundingBox())?.y).toBeLessThan(100);
    expect(page.context().pages()).toHaveLength(1);
    expect(await faults()).toEqual([]);
  });

  test("a phone shows every code in one piece, and a person signs up on it", async () => {
    const { page, faults, shoot } = await newDocsPage(phone);
    await shoot("docs-phone");
    await openPanel(operation(page, "signup"));
    const codes = operation(page, "signup").locator(".response .renderedMarkdown code");
    await codes.first().waitFor();
    const linesOfCodes = await codes.evaluateAll((all) =>
      all.map((code) => code.getClientRects().length),
    );
    // Those of the failures, and the setting that each success is of.
    const codesThere = [...problemsOf(operations.signup), "SIGNUP=open", "SIGNUP=verified"];
    expect(linesOfCodes).toEqual(codesThere.map(() => 1));
    expect(await tryOut(page, "signup", newcomer())).toMatchObject({ status: 201 });
    await operation(page, "signup").scrollIntoViewIfNeeded();
    await shoot("docs-phone-operation");
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(
      phone.viewport.width,
    );
    expect(await faults()).toEqual([]);
  });

  test("a person who prefers the dark gets it, and nobody else does", async () => {
    const dark = await newDocsPage({ ...desktop, colorScheme: "dark" });
    await dark.shoot("docs-dark");
    const background = (page: WatchedPage["page"]) =>
      page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    expect(await background(dark.page)).toBe("rgb(16, 18, 22)");
    await dark.page.emulateMedia({ colorScheme: "light" });
    await expect.poll(() => background(dark.page)).toBe("rgba(0, 0, 0, 0)");
    expect(await dark.faults()).toEqual([]);
  });

  test.each(["light", "dark"] as const)(
    "whatever is read stands out from what is behind it, 4.5 to 1 (%s)",
    async (colorScheme) => {
      const { page, shoot } = await newDocsPage({ ...desktop, colorScheme });
      expect(await faintTexts(page.locator("#swagger-ui"))).toEqual([]);
      // All that panels are made of: a body, parameters, a PATCH, a DELETE, an event.
      for (const id of ["changePassword", "listEvents", "updateUser", "deleteUser", "log_signup"]) {
        const panel = operation(page, id);
        await openPanel(panel);
        await panel.locator(".model-example, .response").first().waitFor();
        expect(await faintTexts(panel), id).toEqual([]);
        await panel.locator(".opblock-summary-control").click();
      }
      await operation(page, "log_signup").scrollIntoViewIfNeeded();
      await shoot(`docs-events-${colorScheme}`);
    },
  );

  test("an event of the log shows a line, and neither a method nor an answer nor anything to execute", async () => {
    const { page, shoot } = await newDocsPage();
    const event = operation(page, "log_login_failed");
    await openPanel(event);
    await event.getByText("The caller of a login is never told").waitFor();
    await event.getByText('"user_not_found"').waitFor();
    expect(await event.getByRole("button", { name: "Execute" }).count()).toBe(0);
    for (const heading of ["Parameters", "Request body", "Responses"])
      expect(await event.getByRole("heading", { name: heading }).count(), heading).toBe(0);
    await event.scrollIntoViewIfNeeded();
    await shoot("docs-event");
  });
});

async function published(): Promise<OpenApi> {
  const text = await readFile(new URL("../../openapi/openapi.json", import.meta.url), "utf8");
  return JSON.parse(text) as OpenApi; // validated by the document's own tests
}
