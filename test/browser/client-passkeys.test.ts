/** `@portcullis/client/passkeys` in Chromium, with a virtual authenticator, at a real server. */
import { fileURLToPath } from "node:url";
import type { CDPSession, Page } from "playwright-core";
import { rolldown } from "rolldown";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type * as sdk from "@portcullis/client";
import type * as passkeys from "@portcullis/client/passkeys";
import { noBrowser, useBrowser, type WatchedPage } from "../support/browser.ts";
import { freshEmail } from "../support/clients.ts";
import { PASSWORD } from "../support/credentials.ts";

declare global {
  /** Both entries, as a page's bundle would have them. */
  var passkeysUnderTest: typeof sdk & typeof passkeys;
}

/** One bundle of both, so that they share what they share in an application. */
async function bundleOf(): Promise<string> {
  const path = (file: string) =>
    fileURLToPath(new URL(`../../client/src/${file}`, import.meta.url));
  const bundle = await rolldown({
    input: "entry",
    platform: "browser",
    plugins: [
      {
        name: "entry",
        resolveId: (id) => (id === "entry" ? id : null),
        load: (id) =>
          id === "entry"
            ? `export * from ${JSON.stringify(path("index.ts"))};
               export * from ${JSON.stringify(path("passkeys/index.ts"))};`
            : null,
      },
    ],
  });
  const { output } = await bundle.generate({ format: "iife", name: "passkeysUnderTest" });
  return output[0].code;
}

describe.skipIf(noBrowser)("passkeys by the client in a browser", () => {
  const newPage = useBrowser();
  let watched: WatchedPage;
  let page: Page;
  let devtools: CDPSession;
  let authenticatorId: string;
  beforeEach(async () => {
    watched = await newPage();
    page = watched.page;
    await page.goto(`${watched.origin}/docs`);
    await page.evaluate(await bundleOf());
    devtools = await page.context().newCDPSession(page);
    await devtools.send("WebAuthn.enable");
    const added = await devtools.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    ({ authenticatorId } = added);
  });
  afterEach(() => page.context().close());

  const isPresent = (enabled: boolean) =>
    devtools.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled });

  /** Signs up and in, and adds a passkey; answers what came of that, and of adding it again. */
  const addTwice = (email: string) =>
    page.evaluate(
      async ({ email, password }) => {
        const { createClient, addPasskey } = globalThis.passkeysUnderTest;
        const api = createClient({ baseUrl: "" });
        await api.signup({ email, password });
        await api.login({ email, password });
        const first = await addPasskey(api, { name: "Key" });
        const again = await addPasskey(api);
        await api.signOut();
        return {
          first: first.ok
            ? [first.data.name, first.data.signsIn, first.data.recoveryCodes.length]
            : first,
          again: again.ok ? again : again.failure,
        };
      },
      { email, password: PASSWORD },
    );

  test.each([
    ["the browser's own JSON", false],
    ["JSON by hand, as before Level 3", true],
  ])(
    "a passkey is added once, signs in by a button, is the second step, and proves again (%s)",
    async (_case, isOld) => {
      if (isOld)
        await page.evaluate(() => {
          Reflect.deleteProperty(PublicKeyCredential, "parseCreationOptionsFromJSON");
          Reflect.deleteProperty(PublicKeyCredential, "parseRequestOptionsFromJSON");
          Reflect.deleteProperty(PublicKeyCredential.prototype, "toJSON");
        });
      const email = freshEmail();
      expect(await addTwice(email)).toEqual({
        first: ["Key", true, 10],
        again: "already_registered",
      });
      const came = await page.evaluate(
        async ({ email, password }) => {
          const { createClient, finishWithPasskey, isPending, memoryTokens } =
            globalThis.passkeysUnderTest;
          const { reauthenticateWithPasskey, signInWithPasskey } = globalThis.passkeysUnderTest;
          const api = createClient({ baseUrl: "" });
          const signedIn = await signInWithPasskey(api);
          const proved = await reauthenticateWithPasskey(api);
          const program = createClient({ baseUrl: "", tokens: memoryTokens() });
          const login = await program.tokenLogin({ email, password });
          if (!login.ok || !isPending(login.data)) throw new Error("not pending");
          const finished = await finishWithPasskey(program, login.data);
          const me = await program.getTokenMe();
          return {
            signedIn: signedIn.ok && !isPending(signedIn.data) && signedIn.data.user.email,
            proved: proved.status,
            factors: login.data.secondFactors,
            finished: finished.status,
            me: me.ok && me.data.email,
          };
        },
        { email, password: PASSWORD },
      );
      expect(came).toEqual({
        signedIn: email,
        proved: 200,
        factors: expect.arrayContaining(["passkey"]),
        finished: 200,
        me: email,
      });
    },
  );

  test("autofill waits until its signal fires, or somebody chooses", async () => {
    const email = freshEmail();
    await addTwice(email);
    await isPresent(false);
    const given = page.evaluate(async () => {
      const { createClient, signInWithPasskey } = globalThis.passkeysUnderTest;
      const signal = AbortSignal.timeout(1_500);
      const r = await signInWithPasskey(createClient({ baseUrl: "" }), { autofill: true, signal });
      return r.ok ? r.status : r.failure;
    });
    expect(await given).toBe("aborted");

    // An authenticator that is touched at once chooses at once.
    await isPresent(true);
    const filled = await page.evaluate(async () => {
      const { createClient, isPending, signInWithPasskey } = globalThis.passkeysUnderTest;
      const api = createClient({ baseUrl: "" });
      await api.signOut();
      const r = await signInWithPasskey(api, { autofill: true });
      return r.ok && !isPending(r.data) ? r.data.user.email : r;
    });
    expect(filled).toBe(email);
  });

  test("nobody who does not verify themselves, no passkey, and another page are values", async () => {
    const declined = () =>
      page.evaluate(async () => {
        const { createClient, signInWithPasskey } = globalThis.passkeysUnderTest;
        const r = await signInWithPasskey(createClient({ baseUrl: "" }));
        return r.ok ? r : [r.failure, r.detail];
      });
    expect(await declined()).toEqual(["cancelled", expect.stringContaining("there is none here")]);
    // A page by its IP address, for which no browser has passkeys.
    const address = watched.origin.replace("localhost", "127.0.0.1");
    await page.goto(`${address}/docs`);
    await page.evaluate(await bundleOf());
    expect(await declined()).toEqual(["wrong_origin", expect.stringContaining(address)]);
  });
});
