/** `/account/security`: providers, linked and unlinked. */
import { afterEach, describe, expect, test } from "vitest";
import { noBrowser } from "../support/browser.ts";
import { dialog, handOn, screens } from "../support/hands.ts";
import { expectAccessible, expectNothingLeft, pressOn } from "../support/page-proofs.ts";
import { inDatabase, type ProviderPage, useProviderPages } from "../support/provider-pages.ts";
import { variablesOf } from "../support/provider-steps.ts";
import { countOf, growOld, openAgain, openSecurity } from "../support/security-pages.ts";

describe.skipIf(noBrowser)("/account/security with providers", () => {
  const newPage = useProviderPages({
    MAIL_LOGIN: "off",
    PROVIDERS: "nordlys,dead",
    // A port on which nobody listens.
    ...variablesOf("dead", "http://127.0.0.1:1", { NAME: "Dead ID" }),
  });
  let watched: ProviderPage;
  afterEach(() => watched.page.context().close());

  test.each(screens)(
    "PG-03 a provider is linked after a proof, and unlinked, at %s",
    async (_, options, hand) => {
      watched = await newPage(options);
      const { page, origin, provider } = watched;
      const { email, password } = await openSecurity(watched);
      provider.person.sub = email;
      const { press, type } = handOn(page, hand);
      growOld(watched, email);
      await press("Link Nordlys ID");
      await dialog(page, "Is it you?").waitFor();
      expect(provider.hits("/authorize")).toBe(0);
      await type("Password", password);
      await press("Confirm");
      const allow = page.getByRole("link", { name: "Allow" });
      if (hand === "mouse") await allow.click();
      else await pressOn(page, allow);
      await page.waitForURL(`${origin}/account/security`);
      await page.getByText("Nordlys ID is linked: it signs you in from now on.").waitFor();
      expect(countOf(watched, "identities", email)).toBe(1);
      await expectNothingLeft(page, [password, ...provider.secrets]);
      await expectAccessible(page);

      await press("Unlink Nordlys ID");
      await page.getByText(/It will not sign you in any more/).waitFor();
      await press("Unlink");
      await page.getByText(/^Nordlys ID is unlinked/).waitFor();
      expect(countOf(watched, "identities", email)).toBe(0);
      expect(watched.scriptErrors).toEqual([]);
    },
  );

  test("PG-03 a provider that is the last way in cannot be unlinked, and it says why", async () => {
    watched = await newPage();
    const { page, origin, provider } = watched;
    const { email } = await openSecurity(watched);
    provider.person.sub = email;
    const { press } = handOn(page, "mouse");
    await press("Link Nordlys ID");
    await page.getByRole("link", { name: "Allow" }).click();
    await page.waitForURL(`${origin}/account/security`);
    inDatabase(watched, "update users set password_hash = null where email = ?", email);
    await openAgain(watched);
    await page.getByText(/^The only way to sign in to your account/).waitFor();
    expect(await page.getByRole("button", { name: /^Unlink/ }).count()).toBe(0);
    expect(countOf(watched, "identities", email)).toBe(1);
  });

  test("PG-07 Back from a provider finds a button that can be pressed, and nothing linked", async () => {
    watched = await newPage();
    const { page } = watched;
    const { email } = await openSecurity(watched);
    const { press } = handOn(page, "mouse");
    await press("Link Nordlys ID");
    await page.getByRole("link", { name: "Allow" }).waitFor();
    await page.goBack();
    await press("Link Nordlys ID");
    await page.getByRole("link", { name: "Allow" }).waitFor();
    expect(countOf(watched, "identities", email)).toBe(0);
  });

  test("PG-07 a provider that does not answer is told of, and the rest of the page works", async () => {
    watched = await newPage();
    const { page } = watched;
    await openSecurity(watched);
    await handOn(page, "mouse").press("Link Dead ID");
    await page.getByText(/The provider does not answer now/).waitFor();
    await handOn(page, "mouse").press("Link Nordlys ID");
    await page.getByRole("link", { name: "Allow" }).waitFor();
  });
});
