/**
 * Passkeys in a real browser, with a virtual authenticator. Chromium alone: the protocol that makes one is its own, so
 * Firefox and Safari are left to people.
 */
import { readFile } from "node:fs/promises";
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
} from "vitest";
import { type Application, SERVER_OF_PAGE, startApplication } from "../support/application.ts";
import { noBrowser, useBrowser, type WatchedPage } from "../support/browser.ts";
import { codeIn, nthMailTo } from "../support/mailbox.ts";
import {
  fromFields,
  newOwner,
  newPerson,
  pressSignIn,
  runSql,
  signOut,
  waitInFields,
  whoIsIn,
} from "../support/passkey-pages.ts";
import { startServerProcess } from "../support/server-process.ts";
import { addAuthenticator, type VirtualAuthenticator } from "../support/virtual-authenticator.ts";

/** A challenge lives five minutes, and the client asks for the next one a minute before. Milliseconds. */
const ASKED_ANEW_MS = 4 * 60_000;
/** Long enough for a browser that is about to answer. Milliseconds. */
const SOON_MS = 300;
const notGood = { status: 400, problem: { code: "invalid_passkey" } };

describe.skipIf(noBrowser)("PK-16 passkeys in a browser", () => {
  let app: Application;
  /** Another that may call the API, and is not named for passkeys. */
  let stranger: Application;
  let documented: Application;
  beforeAll(async () => {
    [app, stranger, documented] = await Promise.all([
      startApplication(),
      startApplication(),
      startApplication(await pageOfDocs()),
    ]);
  });
  afterAll(() => {
    for (const each of [app, stranger, documented]) each.close();
  });

  const settings = () => ({
    WEBAUTHN_RP_ID: "localhost",
    WEBAUTHN_ORIGINS: `${app.origin()},${documented.origin()}`,
    CORS_ORIGINS: [
      ...[app, stranger, documented].map((each) => each.origin()),
      ...["127.0.0.1", "app.localhost"].map((host) => app.origin(host)),
    ].join(),
  });
  const newPage = useBrowser(settings);
  let watched: WatchedPage;
  let page: WatchedPage["page"];
  let phone: VirtualAuthenticator;
  beforeEach(async () => {
    watched = await newPage();
    page = watched.page;
    phone = await addAuthenticator(page);
    await page.goto(app.pageFor(watched.origin));
  });
  afterEach(async () => {
    const thrown = (await watched.faults()).filter((fault) => fault.startsWith("exception"));
    await page.context().close();
    expect(thrown).toEqual([]); // what a ceremony comes to is a value
  });

  const sql = (statement: string, ...values: string[]) =>
    runSql(watched.databaseFile, statement, ...values);
  const mailTo = (email: string, count = 1) => nthMailTo(watched.outbox, email, count);
  const remove = (id: string) => page.evaluate((passkeyId) => api.removePasskey({ passkeyId }), id);
  const nextChallenge = () =>
    page.waitForResponse((answer) => new URL(answer.url()).pathname === "/login/passkey");

  describe("a person with one", () => {
    test("PK-12 adds it by a name, gets recovery codes with the first, and is told by mail of each", async () => {
      const { email, passkey } = await newOwner(page);
      expect(passkey).toMatchObject({ name: "Ada's phone", signsIn: true, lastUsedAt: null });
      expect(passkey.recoveryCodes).toHaveLength(10);
      await phone.remove();
      await addAuthenticator(page, "key without PIN");
      const added = await page.evaluate(() => sdk.addPasskey(api));
      expect(added).toMatchObject({ status: 201, data: { name: "Passkey 2", recoveryCodes: [] } });
      expect((await mailTo(email)).text).toContain("“Ada's phone”");
      expect((await mailTo(email, 2)).text).toContain("“Passkey 2”");
    });

    test("PK-04 signs in by a button, without an address, with cookies and with tokens", async () => {
      const { email, passkey } = await newOwner(page);
      await signOut(page);
      expect(await pressSignIn(page)).toMatchObject({ status: 200, data: { user: { email } } });
      expect(await whoIsIn(page)).toBe(email);
      const byTokens = await page.evaluate(async () => {
        const result = await sdk.signInWithPasskey(tokenApi);
        return { result, me: await tokenApi.getTokenMe() };
      });
      expect(byTokens).toMatchObject({ result: { status: 200 }, me: { data: { email } } });
      const [used] = sql("select sign_count, last_used_at from passkeys where id = ?", passkey.id);
      expect(used).toEqual({ sign_count: 3, last_used_at: expect.any(Number) });
    });

    test("PK-04 signs in by a field of the page, and a button takes the place of what waits there", async () => {
      const { email } = await newOwner(page);
      await signOut(page);
      const filled = await page.evaluate(() => sdk.signInWithPasskey(api, { autofill: true }));
      expect(filled).toMatchObject({ status: 200, data: { user: { email } } });
      await signOut(page);

      await phone.setPresence(false); // nobody chooses
      await Promise.all([nextChallenge(), waitInFields(page)]);
      expect(await fromFields(page, SOON_MS)).toBe("waits");
      await phone.setPresence(true);
      expect(await pressSignIn(page)).toMatchObject({ status: 200, data: { user: { email } } });
      expect(await fromFields(page)).toMatchObject({ status: 0, failure: "aborted" });
    });

    test("PK-01 chooses in a field after the first challenge has ended: the page has asked for another", async () => {
      const { email } = await newOwner(page);
      await signOut(page);
      await page.clock.install();
      await phone.setPresence(false);
      await Promise.all([nextChallenge(), waitInFields(page)]);
      await page.clock.fastForward(ASKED_ANEW_MS - 10_000);
      expect(await fromFields(page, SOON_MS)).toBe("waits");
      sql("update challenges set expires_at = 1 where purpose = 'passkey_login'");
      await phone.setPresence(true); // of use to the next request, and none to the one that waits
      await Promise.all([nextChallenge(), page.clock.fastForward(15_000)]);
      expect(await fromFields(page)).toMatchObject({ status: 200, data: { user: { email } } });
    });

    test("MF-01 uses it after a password, by cookies: before that there is no session", async () => {
      const { passkey, ...credentials } = await newOwner(page);
      await signOut(page);
      const before = sql("select id from sessions");
      const half = await page.evaluate(
        async (each) => sdk.unwrap(await api.login(each)),
        credentials,
      );
      expect(half).toMatchObject({ secondFactors: ["passkey", "recovery_code"] });
      expect(await whoIsIn(page)).toBeUndefined();
      expect(sql("select id from sessions")).toEqual(before);
      const { loginToken } = "loginToken" in half ? half : { loginToken: "" };
      const finished = await page.evaluate(
        (token) => sdk.finishWithPasskey(api, { loginToken: token }),
        loginToken,
      );
      expect(finished).toMatchObject({ status: 200, data: { user: { email: credentials.email } } });
      expect(await whoIsIn(page)).toBe(credentials.email);
      expect(passkey.signsIn).toBe(true);
    });

    test("MF-01 uses it after a password, by tokens: before that there is no session", async () => {
      const { passkey, ...credentials } = await newOwner(page);
      const before = sql("select id from sessions");
      const pending = await page.evaluate(async (each) => {
        const half = sdk.unwrap(await tokenApi.tokenLogin(each));
        if (!sdk.isPending(half)) throw new Error("signed in by the password alone");
        return half;
      }, credentials);
      expect(pending.secondFactors).toEqual(["passkey", "recovery_code"]);
      expect(sql("select id from sessions")).toEqual(before);
      const finished = await page.evaluate(async (half) => {
        const result = await sdk.finishWithPasskey(tokenApi, half);
        return { result, me: await tokenApi.getTokenMe() };
      }, pending);
      const { email } = credentials;
      expect(finished).toMatchObject({ result: { status: 200 }, me: { data: { email } } });
      expect(passkey.signsIn).toBe(true);
    });

    test("MF-01 uses it after a code by mail", async () => {
      const server = await startServerProcess({ environment: { ...settings(), MAIL_LOGIN: "on" } });
      onTestFinished(() => server.dispose());
      const codeTo = async (email: string, count: number) =>
        codeIn(await nthMailTo(`${server.folder}/outbox`, email, count));
      await page.goto(app.pageFor(server.baseUrl));
      const { email } = await newPerson(page);
      // The first proof of an address would remove what was added before it (EM-06).
      const { challengeToken } = await page.evaluate(async () =>
        sdk.unwrap(await api.requestEmailVerification()),
      );
      const code = await codeTo(email, 1);
      await page.evaluate(
        async (proof) => void sdk.unwrap(await api.confirmEmailVerification(proof)),
        { challengeToken, code },
      );
      await page.evaluate(async () => void sdk.unwrap(await sdk.addPasskey(api)));
      await signOut(page);
      await page.evaluate(
        async (address) => void sdk.unwrap(await api.startMailLogin({ email: address })),
        email,
      );
      const mailed = await codeTo(email, 3);
      const half = await page.evaluate(
        async (typed) => sdk.unwrap(await api.signInByMail({ code: typed })),
        mailed,
      );
      expect(half).toMatchObject({ secondFactors: ["passkey", "recovery_code"] });
      expect(await whoIsIn(page)).toBeUndefined();
      const { loginToken } = "loginToken" in half ? half : { loginToken: "" };
      const finished = await page.evaluate(
        (token) => sdk.finishWithPasskey(api, { loginToken: token }),
        loginToken,
      );
      expect(finished).toMatchObject({ status: 200, data: { user: { email } } });
    });

    test("SU-01 proves by it who is there, where the session's last proof is too old", async () => {
      const { passkey } = await newOwner(page);
      sql("update sessions set authenticated_at = 1, second_factor_at = 1");
      const problem = { code: "reauthentication_required", methods: ["passkey", "recovery_code"] };
      expect(await remove(passkey.id)).toMatchObject({ status: 403, problem });
      expect(sql("select id from passkeys where id = ?", passkey.id)).toHaveLength(1);
      const proved = await page.evaluate(() => sdk.reauthenticateWithPasskey(api));
      expect(proved).toMatchObject({ status: 200, data: { recentUntil: expect.any(String) } });
      expect(await remove(passkey.id)).toMatchObject({ status: 204 });
    });

    test("PK-12 renames it and removes it, and it opens nothing then", async () => {
      const { passkey, email } = await newOwner(page);
      const renamed = await page.evaluate(
        (passkeyId) => api.renamePasskey({ passkeyId, name: "Old phone" }),
        passkey.id,
      );
      expect(renamed).toMatchObject({ status: 200, data: { id: passkey.id, name: "Old phone" } });
      expect(await remove(passkey.id)).toMatchObject({ status: 204 });
      expect((await mailTo(email, 2)).text).toContain("“Old phone”");
      const left = await page.evaluate(async () => sdk.unwrap(await api.listMyPasskeys()).items);
      expect(left).toEqual([]);
      await signOut(page);
      expect(await pressSignIn(page)).toMatchObject(notGood); // the phone still has its half
      expect(await whoIsIn(page)).toBeUndefined();
    });

    test("PK-14 keeps it where nothing else would let them in", async () => {
      const { passkey, email } = await newOwner(page);
      sql("update users set password_hash = null where email = ?", email);
      const problem = { code: "last_credential" };
      expect(await remove(passkey.id)).toMatchObject({ status: 409, problem });
      await signOut(page);
      expect(await pressSignIn(page)).toMatchObject({ status: 200, data: { user: { email } } });
    });
  });

  test("the page of docs/passkeys.md adds one and signs in by it, as it stands", async () => {
    const { email } = await newPerson(page);
    const said = (text: string | RegExp) => page.getByRole("status").filter({ hasText: text });
    const press = (name: string) => page.getByRole("button", { name, exact: true }).click();
    await page.goto(documented.pageFor(watched.origin));
    await press("Add a passkey");
    await said(/^Added\. Keep these codes in a safe place: [^,]+(, [^,]+){9}$/).waitFor();
    await page.reload();
    await said(`Welcome, ${email}`).waitFor(); // by the field
    await phone.setPresence(false);
    await Promise.all([nextChallenge(), page.reload()]);
    await phone.setPresence(true);
    await press("Sign in with a passkey");
    await said(`Welcome, ${email}`).waitFor();
    await phone.setVerified(false);
    await press("Sign in with a passkey");
    await said(/^No passkey was used: /).waitFor();
  });

  describe("what is refused", () => {
    test("PK-08 a second one of the account on the same device, by the browser", async () => {
      await newOwner(page);
      const again = await page.evaluate(() => sdk.addPasskey(api));
      const detail = expect.stringMatching(/^This device has a passkey of this account already\. /);
      expect(again).toMatchObject({ status: 0, failure: "already_registered", detail });
      expect(await phone.signCounts()).toHaveLength(1);
    });

    test("a ceremony that its user ends: a value and a sentence, and the next one goes well", async () => {
      const { email } = await newOwner(page);
      await phone.setVerified(false); // a browser answers this as it answers a window that was closed
      const ended = [
        await pressSignIn(page),
        await page.evaluate(() => sdk.reauthenticateWithPasskey(api)),
      ];
      const detail = expect.stringMatching(/^No passkey was used: .*\. Try again, or /);
      for (const result of ended)
        expect(result).toMatchObject({ status: 0, failure: "cancelled", detail });
      expect(await whoIsIn(page)).toBe(email);
      await phone.setVerified(true);
      expect(await pressSignIn(page)).toMatchObject({ status: 200 });
    });

    test("PK-04 sign-in by a key that verifies nobody: it is a second factor only", async () => {
      const credentials = await newPerson(page);
      await phone.remove();
      await addAuthenticator(page, "key without PIN");
      const added = await page.evaluate(() => sdk.addPasskey(api));
      expect(added).toMatchObject({ status: 201, data: { signsIn: false } });
      await signOut(page);
      expect(await pressSignIn(page)).toMatchObject({ failure: "cancelled" }); // the browser finds none
      const finished = await page.evaluate(async (each) => {
        const half = sdk.unwrap(await api.login(each));
        if (!sdk.isPending(half)) throw new Error("signed in by the password alone");
        return sdk.finishWithPasskey(api, half);
      }, credentials);
      expect(finished).toMatchObject({ status: 200, data: { user: { email: credentials.email } } });
    });

    test("PK-04 an answer by which nobody was verified, though the browser was told to", async () => {
      await newOwner(page);
      await signOut(page);
      await phone.setHidesVerification(true);
      expect(await pressSignIn(page)).toMatchObject(notGood);
      expect(await whoIsIn(page)).toBeUndefined();
      await phone.setHidesVerification(false);
      expect(await pressSignIn(page)).toMatchObject({ status: 200 });
    });

    test("PK-05 a copy, whose count does not grow: it is recorded, and its owner is told", async () => {
      const { email, passkey } = await newOwner(page);
      await pressSignIn(page);
      await signOut(page);
      expect(await phone.signCounts()).toEqual([2]);
      await phone.setSignCounts(1); // as the copy has it, which says 2 next
      const before = sql("select * from passkeys where id = ?", passkey.id);
      expect(await pressSignIn(page)).toMatchObject(notGood);
      expect(await whoIsIn(page)).toBeUndefined();
      expect(sql("select * from passkeys where id = ?", passkey.id)).toEqual(before);
      const events = sql("select body from events").map(({ body }) => JSON.parse(String(body)));
      expect(events).toContainEqual(
        expect.objectContaining({ event: "passkey_clone_suspected", passkeyId: passkey.id }),
      );
      const { subject, text } = await mailTo(email, 2);
      expect(subject).toMatch(/^A passkey .* may have been copied$/);
      expect(text).toContain("“Ada's phone”");
    });

    test("PK-03 a page that may call the API and is not named for passkeys, by the server: nothing changes", async () => {
      await newOwner(page);
      const tables = ["users", "sessions", "passkeys", "recovery_codes"];
      const everything = () => tables.map((table) => sql(`select * from ${table}`));
      await page.goto(stranger.pageFor(watched.origin));
      const before = everything();
      // The browser goes along: a name's ports are one place to it, and their cookies too.
      expect(await pressSignIn(page)).toMatchObject(notGood);
      await phone.remove();
      const other = await addAuthenticator(page);
      expect(await page.evaluate(() => sdk.addPasskey(api))).toMatchObject(notGood);
      expect(await other.signCounts()).toHaveLength(1);
      expect(everything()).toEqual(before);
    });

    test.each(["127.0.0.1", "app.localhost"])(
      "PK-03 a page on %s, by the browser, in words",
      async (host) => {
        await page.goto(app.pageFor(watched.origin, host));
        const result = await page.evaluate(() => sdk.signInWithPasskey(tokenApi));
        const detail = expect.stringContaining(`not for this page (${app.origin(host)})`);
        expect(result).toMatchObject({ status: 0, failure: "wrong_origin", detail });
      },
    );
  });
});

/** The first page of docs/passkeys.md, which asks the server that its address names. */
async function pageOfDocs() {
  const text = await readFile(new URL("../../docs/passkeys.md", import.meta.url), "utf8");
  const blockOf = (language: string) =>
    new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "ms").exec(text)?.[1] ?? "";
  const script = blockOf("ts").replace(`"https://auth.example.com"`, SERVER_OF_PAGE);
  return { form: blockOf("html"), script };
}
