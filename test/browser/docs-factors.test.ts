/** Swagger UI walks second factors: an app is added, a sign-in is finished, a proof is given again, all by clicking. */
import { afterEach, describe, expect, test } from "vitest";
import { operations } from "../../src/contract/operations.ts";
import { exampleRecoveryCode } from "../../src/contract/second-factor-values.ts";
import { desktop, noBrowser, phone, useBrowser, type WatchedPage } from "../support/browser.ts";
import { freshEmail } from "../support/clients.ts";
import { ADMIN, PASSWORD } from "../support/credentials.ts";
import { appOf, STEP_MS } from "../support/second-factors.ts";
import {
  formsOf,
  openDocs,
  operation,
  shownBody,
  tryOut,
  typeOver,
} from "../support/swagger-ui.ts";

/** The code of an app, as the document shows one. */
const EXAMPLE_CODE = "492 039";
const finishes = ["finishLogin", "finishTokenLogin"] as const;

describe.skipIf(noBrowser)("/docs where an account has a second factor", () => {
  const newPage = useBrowser(() => ({ SIGNUP: "open", MAIL_LOGIN: "on" }));
  let watched: WatchedPage;
  afterEach(() => watched.page.context().close());

  test("a person adds an app, signs in again, and finishes it with a code, by clicking", async () => {
    watched = await newPage();
    const { page, origin, faults, shoot } = watched;
    await openDocs(page, `${origin}/docs`, [
      "signup",
      "login",
      "logout",
      "getMe",
      "startTotp",
      "confirmTotp",
      ...finishes,
      "reauthenticate",
    ]);
    const credentials = { email: freshEmail(), password: PASSWORD };
    expect(await tryOut(page, "signup", credentials)).toMatchObject({ status: 201 });
    expect(await tryOut(page, "login", credentials)).toMatchObject({ status: 200 });

    const { secret, setupToken } = (await tryOut(page, "startTotp")).body as Setup;
    const { codeAt } = appOf(secret);
    expect(await shownBody(page, "confirmTotp")).toEqual({ setupToken, code: EXAMPLE_CODE });
    await typeOver(page, "confirmTotp", EXAMPLE_CODE, codeAt(Date.now() - STEP_MS));
    const added = await tryOut(page, "confirmTotp");
    expect(added.status).toBe(200);
    const [code = "", another = ""] = (added.body as { codes: string[] }).codes;
    expect(await tryOut(page, "logout")).toMatchObject({ status: 204 });

    const pending = await tryOut(page, "login", credentials);
    expect(pending).toMatchObject({
      status: 202,
      body: { secondFactors: ["totp", "recovery_code"] },
    });
    const { loginToken } = pending.body as { loginToken: string };
    for (const id of finishes)
      expect(await shownBody(page, id)).toEqual({ method: "totp", loginToken, code: EXAMPLE_CODE });
    await shoot("docs-finish-login");
    await typeOver(page, "finishLogin", EXAMPLE_CODE, codeAt(Date.now()));
    expect(await tryOut(page, "finishLogin")).toMatchObject({ status: 200 });
    expect(await tryOut(page, "getMe")).toMatchObject({
      status: 200,
      body: { email: credentials.email },
    });

    // The other form is chosen from the list, and has the token too.
    const again = (await tryOut(page, "login", credentials)).body as { loginToken: string };
    await (await formsOf(page, "finishLogin")).selectOption({ label: "method: recovery_code" });
    await expect
      .poll(() => shownBody(page, "finishLogin"))
      .toEqual({ method: "recovery_code", ...pick(again), code: exampleRecoveryCode });
    expect(await chosenForm("finishLogin")).toBe("method: recovery_code");
    await typeOver(page, "finishLogin", exampleRecoveryCode, code);
    expect(await tryOut(page, "finishLogin")).toMatchObject({ status: 200 });

    await (await formsOf(page, "reauthenticate")).selectOption({ label: "method: recovery_code" });
    await typeOver(page, "reauthenticate", exampleRecoveryCode, another);
    expect(await tryOut(page, "reauthenticate")).toMatchObject({
      status: 200,
      body: { recentUntil: expect.any(String) },
    });
    expect(await faults()).toEqual([]);
  });

  test("without a second factor, a mail proves it again: its token is in the form that takes it", async () => {
    watched = await newPage();
    const { page, origin, faults } = watched;
    await openDocs(page, `${origin}/docs`, ["login", "startReauthentication", "reauthenticate"]);
    await tryOut(page, "login", ADMIN); // whose address is proved
    const begun = await tryOut(page, "startReauthentication", { method: "mail" });
    expect(begun).toMatchObject({ status: 200 });
    const { challengeToken } = begun.body as { challengeToken: string };
    expect(await shownBody(page, "reauthenticate")).toMatchObject({
      method: "mail",
      challengeToken,
    });
    expect(await chosenForm("reauthenticate")).toBe("method: mail");
    expect(await faults()).toEqual([]);
  });

  test.each(
    [desktop, phone].flatMap((screen) =>
      (["light", "dark"] as const).map((colorScheme) => ({
        screen,
        colorScheme,
        name: `${screen.viewport.width}-${colorScheme}`,
      })),
    ),
  )("each form of a second step and of a new proof can be chosen ($name)", async (look) => {
    watched = await newPage({ ...look.screen, colorScheme: look.colorScheme });
    const { page, origin, faults, shoot } = watched;
    await openDocs(page, `${origin}/docs`, [...finishes, "reauthenticate"]);
    for (const id of [...finishes, "reauthenticate"] as const) {
      const forms = await formsOf(page, id);
      const methods = operations[id].request.body.options.map(
        ({ shape }) => shape.method.def.values[0],
      );
      expect(await forms.locator("option").allInnerTexts()).toEqual(
        methods.map((method) => `method: ${method}`),
      );
      for (const method of methods) {
        await forms.selectOption({ label: `method: ${method}` });
        await expect.poll(() => shownBody(page, id)).toMatchObject({ method });
      }
    }
    await operation(page, "finishLogin").scrollIntoViewIfNeeded();
    await shoot(`docs-forms-${look.name}`);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBe(look.screen.viewport.width);
    expect(await faults()).toEqual([]);
  });

  async function chosenForm(operationId: string): Promise<string> {
    const forms = await formsOf(watched.page, operationId);
    return forms.locator("option:checked").innerText();
  }
});

interface Setup {
  readonly secret: string;
  readonly setupToken: string;
}

function pick({ loginToken }: { readonly loginToken: string }) {
  return { loginToken };
}
