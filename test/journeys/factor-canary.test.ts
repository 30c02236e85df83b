/** Secrets of second factors are canaries here: apps, recovery codes, passkeys, half-logins and step-up. */
import { join } from "node:path";
import { Secret } from "otpauth";
import { expect, test } from "vitest";
import {
  breakUsers,
  databaseBytes,
  keep,
  leaks,
  mailTexts,
  storedEvents,
  watchedClient,
} from "../support/canaries.ts";
import { accountOf, dataOf, freshEmail, pendingOf } from "../support/clients.ts";
import { ADMIN, PASSWORD } from "../support/credentials.ts";
import { appOf, aPasskey, passkeySettings, STEP_MS } from "../support/second-factors.ts";
import { startServerProcess } from "../support/server-process.ts";
import { waitFor } from "../support/wait-for.ts";

const AUTH_SECRET = "Q0FOQVJZ+c2VjcmV0/b2YgdGhlIHdob2xlIHNlcnZlcg==";

test(
  "MF-05 LA-03 no secret of a second factor, of its setup or of a half-login is found in logs, events, metrics, database, mails or problems",
  { timeout: 90_000 },
  async () => {
    const server = await startServerProcess({ environment: { AUTH_SECRET, ...passkeySettings } });
    const secrets = new Map<string, string>();
    /** Names that authenticators know, and the database: no secret, and nobody else's business. */
    const names = new Map<string, string>();
    const problems: string[] = [];
    const api = watchedClient(server, secrets, problems);
    const program = watchedClient(server, secrets, problems);
    const admin = watchedClient(server, secrets, problems);
    const email = freshEmail();
    const credentials = { email, password: PASSWORD };
    const { id: userId } = accountOf(dataOf(await api.signup(credentials)));
    keep(secrets, dataOf(await api.login(credentials)));

    const setup = dataOf(await api.startTotp());
    keep(secrets, setup);
    secrets.set("secret of the app", setup.secret).set("address of the app", setup.uri);
    const { setupToken } = setup;
    const app = appOf(setup.secret);
    const now = Date.now();
    await api.confirmTotp({ setupToken, code: app.wrongAt(now) });
    const { codes } = dataOf(
      await api.confirmTotp({ setupToken, code: app.codeAt(now - STEP_MS) }),
    );
    await api.confirmTotp({ setupToken, code: app.codeAt(now) });
    const keepCodes = (set: string, shown: readonly string[]) =>
      shown.forEach((code, index) => secrets.set(`recovery code ${set} ${index}`, code));
    keepCodes("one", codes);

    const authenticator = aPasskey();
    const added = dataOf(await api.startPasskey());
    keep(secrets, added);
    secrets.set("challenge of a new passkey", added.options.challenge);
    names.set("handle", added.options.user.id);
    const credential = authenticator.create(added.options);
    dataOf(await api.addPasskey({ setupToken: added.setupToken, credential }));
    await api.addPasskey({ setupToken: added.setupToken, credential });

    async function half(client: typeof api) {
      const { loginToken } = pendingOf(await client.tokenLogin(credentials));
      keep(secrets, { loginToken });
      return loginToken;
    }
    const [code = "", other = "", third = ""] = codes;
    const loginToken = await half(program);
    await program.finishTokenLogin({ loginToken, method: "totp", code: app.wrongAt(now) });
    const wrong = other.replaceAll(/[0-9A-Z]$/g, (last) => (last === "0" ? "1" : "0"));
    secrets.set("wrong recovery code", wrong);
    await program.finishTokenLogin({ loginToken, method: "recovery_code", code: wrong });
    await program.finishTokenLogin({ loginToken, method: "none" });
    keep(
      secrets,
      dataOf(await program.finishTokenLogin({ loginToken, method: "recovery_code", code })),
    );
    await program.finishTokenLogin({ loginToken, method: "recovery_code", code: other });

    const pending = pendingOf(await api.login(credentials));
    keep(secrets, pending);
    const asked = dataOf(await api.startSecondFactorPasskey({ loginToken: pending.loginToken }));
    keep(secrets, asked);
    secrets.set("challenge of a second factor", asked.options.challenge);
    const finished = await api.finishLogin({
      loginToken: pending.loginToken,
      method: "passkey",
      challengeToken: asked.challengeToken,
      credential: authenticator.get(asked.options),
    });
    keep(secrets, dataOf(finished));
    const begun = dataOf(await program.startPasskeyLogin());
    keep(secrets, begun);
    secrets.set("challenge of a sign-in", begun.options.challenge);
    const signed = {
      challengeToken: begun.challengeToken,
      credential: authenticator.get(begun.options),
    };
    const complete = dataOf(await program.completePasskeyLogin(signed));
    keep(secrets, complete);
    await program.completePasskeyLogin(signed);
    const finish = { loginToken: complete.loginToken, method: "none" } as const;
    keep(secrets, dataOf(await program.finishTokenLogin(finish)));

    const step = dataOf(await api.startReauthentication({ method: "passkey" }));
    if (!("options" in step)) throw new Error("No passkey was asked for");
    keep(secrets, step);
    secrets.set("challenge of a step-up", step.options.challenge);
    await api.reauthenticate({ method: "recovery_code", code: wrong });
    const again = {
      challengeToken: step.challengeToken,
      credential: authenticator.get(step.options),
    };
    dataOf(await api.reauthenticate({ method: "passkey", ...again }));
    dataOf(await api.reauthenticate({ method: "recovery_code", code: third }));
    keepCodes("two", dataOf(await api.renewRecoveryCodes()).codes);
    dataOf(await api.listMyFactors());
    dataOf(await admin.login(ADMIN));
    dataOf(await admin.listEvents({ userId }));
    const late = await half(program);
    const metrics = await (await fetch(`${server.baseUrl}/metrics`)).text();
    const outbox = join(server.folder, "outbox");
    // Told of: an app, a passkey, two recovery codes, new codes.
    const mails = await waitFor(async () => {
      const texts = await mailTexts(outbox);
      return texts.length >= 5 ? texts : undefined;
    });
    breakUsers(server);
    await program.finishTokenLogin({ loginToken: late, method: "recovery_code", code: other });

    const running = await databaseBytes(server);
    expect([...running.keys()].some((name) => name.endsWith("-wal"))).toBe(true);
    const events = storedEvents(server);
    expect(await server.stop()).toBe(0);
    const logs = JSON.stringify(server.events());
    const database = [
      ...[...running].map(([name, bytes]) => [`${name}, running`, bytes] as const),
      ...[...(await databaseBytes(server))].map(
        ([name, bytes]) => [`${name}, stopped`, bytes] as const,
      ),
    ];
    const told = [
      ["stdout", logs],
      ["stderr", server.stderr()],
      ["stored events", events],
      ["metrics", metrics],
      ["problems", problems.join("\n")],
      ...mails.map((text, index) => [`mail ${index}`, text] as const),
    ] as const;
    const places = new Map([...told, ...database]);
    for (const name of ["setupToken", "loginToken", "challengeToken", "refreshToken"])
      expect([...secrets.keys()].some((key) => key.startsWith(name))).toBe(true);
    expect(leaks(places, secrets)).toEqual([]);
    expect(leaks(new Map(told), names)).toEqual([]);

    // The search finds what is there: also the bytes behind a base32 text.
    expect(leaks(new Map(database), names)).not.toEqual([]);
    expect(problems.map((text) => (JSON.parse(text) as { code: string }).code)).toEqual(
      expect.arrayContaining([
        "invalid_second_factor",
        "invalid_challenge",
        "invalid_passkey",
        "invalid_login_token",
        "internal_error",
      ]),
    );
    const key = Buffer.from(Secret.fromBase32(setup.secret).bytes);
    const found = new Map([
      ["portcullis.db", `x${key.toString("latin1")}x`],
      ["stdout", key.toString("hex")],
    ]);
    expect(leaks(found, new Map([["app", setup.secret]]))).toHaveLength(2);
    await server.dispose();
  },
);
