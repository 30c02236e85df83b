/** Every operation in Swagger UI, executed with the example it comes with, by somebody who may. */
import { readFile } from "node:fs/promises";
import { afterEach, describe, expect, test } from "vitest";
import { operationIds, type OperationId, operations } from "../../src/contract/operations.ts";
import { ADMIN } from "../support/credentials.ts";
import { noBrowser, useBrowser, type WatchedPage } from "../support/browser.ts";
import { openDocs, operation, tryOut } from "../support/swagger-ui.ts";

interface Published {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { operationId: string; responses: object }>>>
  >;
}

/** Seventy operations, each opened, executed and closed; on a busy machine that is three seconds each, and no fault. */
const ALL_TIMEOUT_MS = 420_000;
/** Those that end the session the others need come last. */
const last: readonly OperationId[] = ["logout", "deleteMe"];
/** So many are on the page at once. */
const AT_ONCE = 15;

describe.skipIf(noBrowser)("the examples of /docs in a browser", () => {
  const newPage = useBrowser();
  let watched: WatchedPage;
  afterEach(() => watched.page.context().close());

  test(
    "HD-07 each operation takes its own example: a documented answer, and never that it does not match the schema",
    async () => {
      watched = await newPage();
      const { page, origin, faults } = watched;
      await openDocs(page, `${origin}/docs`, ["login"]);
      expect(await tryOut(page, "login", ADMIN)).toMatchObject({ status: 200 });

      const documented = await documentedStatuses();
      const order = [...operationIds.filter((id) => id !== "login" && !last.includes(id)), ...last];
      const statuses: Record<string, number> = {};
      for (const [at, id] of order.entries()) {
        if (at % AT_ONCE === 0)
          await openDocs(page, `${origin}/docs`, order.slice(at, at + AT_ONCE));
        const { status, body } = await tryOut(page, id);
        statuses[id] = status;
        expect(documented.get(id), `${id} answered ${status}`).toContain(status);
        const code = (body as { code?: string } | undefined)?.code; // a problem has one
        expect(["validation_failed", "invalid_json", "csrf_rejected"], id).not.toContain(code);
        // Closed again: what is shown of thirty answers would make every further click slower.
        await operation(page, id).locator(".opblock-summary-control").click();
      }
      // The example was carried out as far as it can be; the session, account or token it names is not there.
      expect(statuses).toEqual({
        ...Object.fromEntries(operationIds.filter((id) => id !== "login").map((id) => [id, 200])),
        signup: 201,
        confirmSignup: 400,
        startMailLogin: 404,
        completeMailLogin: 404,
        // The server has no provider to sign in with.
        startProviderLogin: 404,
        completeProviderLogin: 404,
        startProviderLink: 404,
        completeProviderLink: 404,
        claimIdentity: 400,
        removeMyIdentity: 404,
        finishLogin: 401,
        finishTokenLogin: 401,
        startSecondFactorPasskey: 401,
        completePasskeyLogin: 400,
        // The administrator's address counts as proved.
        requestEmailVerification: 409,
        confirmEmailVerification: 400,
        startEmailChange: 202,
        confirmEmailChange: 400,
        undoEmailChange: 400,
        // The account has no second factor, and the example of a code or a passkey is nobody's.
        confirmTotp: 401,
        removeTotp: 404,
        renewRecoveryCodes: 404,
        addPasskey: 400,
        renamePasskey: 404,
        removePasskey: 404,
        startReauthentication: 403,
        reauthenticate: 401,
        // Signed up above.
        inviteUser: 409,
        revokeMySession: 404,
        revokeMyOtherSessions: 204,
        changePassword: 401,
        tokenRefresh: 401,
        tokenRevoke: 204,
        getTokenMe: 401,
        forgotPassword: 202,
        resetPassword: 400,
        getUser: 404,
        listUserSessions: 404,
        revokeUserSession: 404,
        updateUser: 404,
        unlockUser: 404,
        revokeUserSessions: 404,
        resetUserFactors: 404,
        removeUserPasskey: 404,
        deleteUser: 404,
        listUserPasskeys: 404,
        listUserFactors: 404,
        listUserIdentities: 404,
        // All passkeys are of this one origin.
        getRelatedOrigins: 404,
        logout: 204,
        deleteMe: 401,
      });
      expect(await faults()).toEqual([]);
    },
    ALL_TIMEOUT_MS,
  );

  test("the groups stand in the order a person meets them, each operation in its own", async () => {
    watched = await newPage();
    const { page, origin } = watched;
    await openDocs(page, `${origin}/docs`);
    const groups = await page
      .locator(".opblock-tag")
      .evaluateAll((tags) => tags.map((tag) => tag.getAttribute("data-tag")));
    expect(groups).toEqual([
      "Accounts",
      "Sessions",
      "Tokens",
      "Sign-in by mail",
      "Sign-in with a provider",
      "E-mail address",
      "Second factors",
      "Passkeys",
      "Password reset",
      "Users",
      "Audit",
      "Operations",
      "Log events",
    ]);
    expect(new Set(operationIds.flatMap((id) => operations[id].tags))).toEqual(
      new Set(groups.filter((name) => name !== "Log events")),
    );
  });
});

async function documentedStatuses(): Promise<ReadonlyMap<string, readonly number[]>> {
  const text = await readFile(new URL("../../openapi/openapi.json", import.meta.url), "utf8");
  const { paths } = JSON.parse(text) as Published; // validated by the document's own tests
  return new Map(
    Object.values(paths).flatMap((methods) =>
      Object.values(methods).map(
        ({ operationId, responses }) => [operationId, Object.keys(responses).map(Number)] as const,
      ),
    ),
  );
}
