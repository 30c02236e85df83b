/** `/account/security`: the password, the authenticator app and the recovery codes. */
import { afterEach, describe, expect, test } from "vitest";
import { noBrowser, useBrowser, type WatchedPage } from "../support/browser.ts";
import { cookieClient } from "../support/clients.ts";
import { NEW_PASSWORD } from "../support/credentials.ts";
import { dialog, type Hand, handOn, keepCodes, narrow, screens } from "../support/hands.ts";
import { signInHere } from "../support/owners.ts";
import {
  expectAccessible,
  expectFocus,
  expectNothingLeft,
  expectSound,
} from "../support/page-proofs.ts";
import { runSql } from "../support/passkey-pages.ts";
import { addTotpOver, appOf } from "../support/second-factors.ts";
import { countOf, openAgain, openSecurity } from "../support/security-pages.ts";

describe.skipIf(noBrowser)("/account/security", () => {
  const newPage = useBrowser(() => ({ SIGNUP: "open" }));
  let watched: WatchedPage;
  afterEach(() => watched.page.context().close());

  test.each(screens)(
    "PG-03 the password is changed with the current one, which signs out everywhere else, at %s",
    async (_, options, hand) => {
      watched = await newPage(options);
      const { page, origin } = watched;
      const { email, password, api } = await openSecurity(watched);
      const { type, press } = handOn(page, hand);
      await press("Change the password");
      await page.getByText("Changing it signs you out everywhere else.").last().waitFor();
      await page.getByText(/^15 to 256 characters/).waitFor();
      if (hand === "mouse") await expectAccessible(page);
      await type("Current password", "wrong wrong wrong wrong");
      await type("New password", NEW_PASSWORD);
      await press("Change the password");
      await page.getByText("This is not your password.").waitFor();
      await expectFocus(page.getByLabel("Current password"));
      expect((await api.getMe()).ok).toBe(true);

      await type("Current password", password);
      await type("New password", NEW_PASSWORD);
      await press("Change the password");
      await page.getByText(/Your password is changed/).waitFor();
      expect((await api.getMe()).ok).toBe(false);
      expect(countOf(watched, "sessions", email)).toBe(1);
      const anew = await cookieClient(origin).login({ email, password: NEW_PASSWORD });
      expect(anew.ok).toBe(true);
      await expectNothingLeft(page, [password, NEW_PASSWORD]);
      await expectSound(watched);
    },
  );

  async function setUp(hand: Hand) {
    const { page } = watched;
    const { type, press } = handOn(page, hand);
    await press("Set up the authenticator app");
    const secret = (await page.locator("dialog .spelt").innerText()).replaceAll(" ", "");
    const app = appOf(secret);
    const link = await page.locator("dialog a[href^='otpauth:']").getAttribute("href");
    expect(link).toContain(`secret=${secret}`);
    return { app, secret, type, press };
  }

  test.each(screens)(
    "PG-04 an app is set up, and its recovery codes are shown once and leave nothing, at %s",
    async (_, options, hand) => {
      watched = await newPage(options);
      const { page } = watched;
      const { email, password, api } = await openSecurity(watched);
      const { app, secret, type, press } = await setUp(hand);
      if (hand === "keyboard") await expectAccessible(page);
      await type("Code from the app", app.wrongAt(Date.now()));
      await press("Turn on");
      await page.getByText(/^This code is wrong/).waitFor();
      expect(countOf(watched, "totp_factors", email)).toBe(0);
      await type("Code from the app", app.codeAt(Date.now()));
      await press("Turn on");

      const shown = dialog(page, "Keep your recovery codes");
      await shown.waitFor();
      if (hand === "mouse") await expectAccessible(page);
      await page.evaluate(() => {
        navigator.clipboard.writeText = () => Promise.reject(new Error("Not allowed"));
      });
      await press("Copy");
      await shown
        .getByRole("status")
        .getByText(/^It could not be copied/)
        .waitFor();
      await page.keyboard.press("Escape");
      await page.getByText("Keep the codes first, then tick this.").waitFor();
      const codes = await keepCodes(page, hand);
      expect(new Set(codes).size).toBe(10);
      expect((await api.getMe()).ok).toBe(false);
      expect(countOf(watched, "totp_factors", email)).toBe(1);
      expect(countOf(watched, "recovery_codes", email)).toBe(10);
      await page.getByText("10 left").waitFor();
      const focused = () => page.locator(":focus").textContent();
      await expect.poll(focused).toBe("Replace the authenticator app");

      const secrets = [...codes, secret, password];
      await expectNothingLeft(page, secrets);
      await page.waitForLoadState("networkidle");
      await page.goto(`${watched.origin}/problems`);
      await page.goBack();
      await page.getByText("10 left").waitFor();
      await page.waitForLoadState("networkidle"); // a reload would break off what is still asked
      await page.reload();
      await page.getByText("10 left").waitFor();
      const text = await page.locator("html").innerHTML();
      for (const each of secrets) expect(text).not.toContain(each);
      await expectNothingLeft(page, secrets);
      await expectSound(watched);
    },
  );

  test("PG-03 on a phone the app is opened by the first button, and all of the dialog is seen", async () => {
    watched = await newPage({ ...narrow, hasTouch: true, isMobile: true });
    const { page } = watched;
    await openSecurity(watched);
    const { press } = await setUp("keyboard");
    const focused = page.locator(":focus");
    expect(await focused.innerText()).toBe("Set up an authenticator app");
    await page.keyboard.press("Tab");
    expect(await focused.getAttribute("href")).toMatch(/^otpauth:/);
    const { left, right } = await page.locator("dialog .qr").evaluate((code) => {
      const around = code.closest("dialog")?.getBoundingClientRect();
      const { left, right } = code.getBoundingClientRect();
      return { left: left - (around?.left ?? 0), right: (around?.right ?? 0) - right };
    });
    expect(Math.abs(left - right)).toBeLessThan(2);
    await press("Turn on");
    await page.locator("[aria-invalid=true]").waitFor();
    const hidden = await page
      .locator("dialog")
      .evaluate(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight);
    expect(hidden).toBe(0);
    await expectAccessible(page);
  });

  test("PG-04 whoever leaves with codes that are not kept is asked first", async () => {
    watched = await newPage();
    const { page } = watched;
    await openSecurity(watched);
    const { app, type, press } = await setUp("mouse");
    await type("Code from the app", app.codeAt(Date.now()));
    await press("Turn on");
    await dialog(page, "Keep your recovery codes").waitFor();
    const asked = page.waitForEvent("dialog");
    await Promise.all([
      asked.then((question) => question.dismiss()),
      page.evaluate(() => setTimeout(() => location.reload(), 0)),
    ]);
    expect((await asked).type()).toBe("beforeunload");
    expect(await keepCodes(page, "mouse")).toHaveLength(10);
    await page.reload();
    await page.getByText("10 left").waitFor();
  });

  /** Somebody with an app, signed in here by its code. */
  async function withApp() {
    const owner = await openSecurity(watched);
    await signInHere(watched.page, owner);
    const added = await addTotpOver(owner.api);
    await watched.page.context().clearCookies();
    await watched.page.goto(`${watched.origin}/reset`);
    await watched.page.evaluate(
      async ({ email, password, code }) => {
        const send = async (path: string, body: object) => {
          const headers = { "content-type": "application/json" };
          const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
          return (await answer.json()) as { loginToken: string };
        };
        const { loginToken } = await send("/login", { email, password });
        await send("/login/finish", { loginToken, method: "totp", code });
      },
      { ...owner, api: undefined, code: added.app.codeAt(Date.now()) },
    );
    await openAgain(watched);
    return { ...owner, ...added };
  }

  test("PG-03 few recovery codes are told of, and renewed by keyboard: the old ones are void", async () => {
    watched = await newPage();
    const { page, databaseFile } = watched;
    const { email, recoveryCodes } = await withApp();
    runSql(
      databaseFile,
      "delete from recovery_codes where code_hash in (select code_hash from recovery_codes where user_id = (select id from users where email = ?) limit 8)",
      email,
    );
    await openAgain(watched);
    await page.getByText("2 left").waitFor();
    await page.getByText(/^Few are left/).waitFor();
    await expectAccessible(page);
    const { press } = handOn(page, "keyboard");
    await press("Renew the recovery codes");
    await page.getByText(/The old ones are void/).waitFor();
    await press("Renew");
    const codes = await keepCodes(page, "keyboard");
    expect(codes.filter((code) => recoveryCodes.includes(code))).toEqual([]);
    expect(countOf(watched, "recovery_codes", email)).toBe(10);
    expect(countOf(watched, "sessions", email)).toBe(1);
    await page.getByText("10 left").waitFor();
    await expectNothingLeft(page, codes);
    await expectSound(watched);
  });

  test.each(screens)(
    "PG-03 the app is replaced in one flow, and turned off, at %s",
    async (_, options, hand) => {
      watched = await newPage(options);
      const { page } = watched;
      const { email, recoveryCodes } = await withApp();
      const { press, type } = handOn(page, hand);
      await press("Replace the authenticator app");
      await page.getByText(/get new recovery codes/).waitFor();
      await press("Turn off and go on");
      const secret = (await page.locator("dialog .spelt").innerText()).replaceAll(" ", "");
      expect(countOf(watched, "totp_factors", email)).toBe(0);
      await type("Code from the app", appOf(secret).codeAt(Date.now()));
      await press("Turn on");
      const codes = await keepCodes(page, hand);
      expect(codes.filter((code) => recoveryCodes.includes(code))).toEqual([]);
      expect(countOf(watched, "totp_factors", email)).toBe(1);

      await press("Turn off the authenticator app");
      await page.getByText(/your recovery codes become worthless/).waitFor();
      await press("Cancel");
      expect(countOf(watched, "totp_factors", email)).toBe(1);
      await press("Turn off the authenticator app");
      await press("Turn off");
      await page.getByText(/^The authenticator app is off/).waitFor();
      expect(countOf(watched, "totp_factors", email)).toBe(0);
      expect(countOf(watched, "recovery_codes", email)).toBe(0);
      await expectSound(watched);
    },
  );
});
