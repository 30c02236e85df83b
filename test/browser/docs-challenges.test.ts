/** Swagger UI walks what a mail ends: the answer's token is already where it belongs, and the code is typed. */
import { afterEach, describe, expect, test } from "vitest";
import { exampleByCode } from "../../src/contract/challenges.ts";
import { noBrowser, useBrowser, type WatchedPage } from "../support/browser.ts";
import { freshEmail } from "../support/clients.ts";
import { PASSWORD } from "../support/credentials.ts";
import { mailsTo } from "../support/mailbox.ts";
import { formsOf, openDocs, shownBody, tryOut, typeOver } from "../support/swagger-ui.ts";
import { waitFor } from "../support/wait-for.ts";

describe.skipIf(noBrowser)("/docs where a signup is proved and mail signs in", () => {
  const newPage = useBrowser(() => ({ SIGNUP: "verified", MAIL_LOGIN: "on" }));
  let watched: WatchedPage;
  afterEach(() => watched.page.context().close());

  test("a person signs up, types the code of the mail, signs in by mail and sees themselves, by clicking", async () => {
    watched = await newPage();
    const { page, origin, faults, shoot } = watched;
    await openDocs(page, `${origin}/docs`, [
      "signup",
      "confirmSignup",
      "startMailLogin",
      "completeMailLogin",
      "finishLogin",
      "finishTokenLogin",
      "getMe",
    ]);
    const email = freshEmail();

    const begun = await tryOut(page, "signup", { email, password: PASSWORD });
    expect(begun).toMatchObject({ status: 202 });
    expect(await shownBody(page, "confirmSignup")).toEqual({
      challengeToken: tokenOf(begun.body),
      code: exampleByCode.code,
    });
    await shoot("docs-confirm-signup");
    await typeOver(page, "confirmSignup", exampleByCode.code, await mailedCode(email, 1));
    expect(await tryOut(page, "confirmSignup")).toMatchObject({
      status: 201,
      body: { email, emailVerified: true },
    });

    const started = await tryOut(page, "startMailLogin", { email });
    expect(await shownBody(page, "completeMailLogin")).toEqual({
      challengeToken: tokenOf(started.body),
      code: exampleByCode.code,
    });
    // It ends a sign-in, and nothing else.
    expect(await shownBody(page, "confirmSignup")).toMatchObject({
      challengeToken: tokenOf(begun.body),
    });
    await typeOver(page, "completeMailLogin", exampleByCode.code, await mailedCode(email, 2));
    const pending = await tryOut(page, "completeMailLogin");
    expect(pending).toMatchObject({ status: 200, body: { secondFactors: [] } });
    for (const id of ["finishLogin", "finishTokenLogin"])
      expect(await shownBody(page, id)).toMatchObject({ method: "none", ...loginOf(pending.body) });
    expect(await tryOut(page, "finishLogin")).toMatchObject({ status: 200 });
    expect(await tryOut(page, "getMe")).toMatchObject({ status: 200, body: { email } });
    expect(await faults()).toEqual([]);
  });

  test("a body that has two forms shows an example of each, and either can be chosen", async () => {
    watched = await newPage();
    const { page, origin, faults } = watched;
    await openDocs(page, `${origin}/docs`, ["confirmSignup"]);
    const forms = await formsOf(page, "confirmSignup");
    expect(await forms.locator("option").allInnerTexts()).toEqual([
      "By challengeToken and code",
      "By token and newPassword",
    ]);
    await forms.selectOption({ label: "By token and newPassword" });
    await expect
      .poll(async () => Object.keys((await shownBody(page, "confirmSignup")) ?? {}))
      .toEqual(["token", "newPassword"]);
    expect(await faults()).toEqual([]);
  });

  async function mailedCode(email: string, nth: number): Promise<string> {
    const text = await waitFor(async () => (await mailsTo(watched.outbox, email))[nth - 1]?.text);
    return /^\s*(\d{4} ?\d{4})\s*$/m.exec(text)?.[1] ?? "";
  }
});

function tokenOf(body: unknown): string {
  return (body as { challengeToken: string }).challengeToken; // the answers were asserted
}

function loginOf(body: unknown): { readonly loginToken: string } {
  const { loginToken } = body as { loginToken: string }; // the same
  return { loginToken };
}
