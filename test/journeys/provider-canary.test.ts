/** Secrets of sign-in with a provider are canaries here: the client's, those of each flow, and all that the provider gave. */
import { join } from "node:path";
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
import { accountOf, dataOf, freshEmail } from "../support/clients.ts";
import { ADMIN, PASSWORD } from "../support/credentials.ts";
import { PROVIDER_CLIENT, startProvider } from "../support/provider.ts";
import {
  answerOf,
  linkTokenOf,
  PROVIDER_ID,
  providerSettings,
  somebodyAt,
  type StartedAt,
} from "../support/provider-steps.ts";
import { startServerProcess } from "../support/server-process.ts";
import { waitFor } from "../support/wait-for.ts";

const providerId = PROVIDER_ID;

test(
  "FD-13 LA-03 neither the client's secret nor anything of a flow or of the provider is found in logs, events, metrics, database, mails or problems",
  { timeout: 90_000 },
  async () => {
    const provider = await startProvider();
    const server = await startServerProcess({ environment: providerSettings(provider) });
    const secrets = new Map<string, string>([["client secret", PROVIDER_CLIENT.clientSecret]]);
    const problems: string[] = [];
    const api = watchedClient(server, secrets, problems);
    const admin = watchedClient(server, secrets, problems);
    /** Comes back from a flow, whose secrets are kept. */
    const comeBack = (started: StartedAt) => {
      keep(secrets, started);
      const answer = answerOf(provider, started);
      const asked = new URL(started.authorizationUrl).searchParams;
      const flow = secrets.size;
      // Of a link, the part behind its prefix is the secret.
      secrets.set(`state ${flow}`, answer.state.replace("link.", ""));
      secrets.set(`nonce ${flow}`, asked.get("nonce") ?? "");
      return answer;
    };
    const begin = async () => comeBack(dataOf(await api.startProviderLogin({ providerId })));

    // Nobody knows them, and nobody vouches; then the provider lies; then it is gone.
    somebodyAt(provider, { verified: false });
    await api.completeProviderLogin(await begin());
    provider.knobs.tokenAnswer = (answer) => ({ ...answer, id_token: "canary.of.a-lie" });
    await api.completeProviderLogin(await begin());
    provider.knobs.tokenAnswer = () => ({
      error: "invalid_grant",
      error_description: "canary-text",
    });
    await api.completeProviderLogin(await begin());
    provider.reset();
    const lost = await begin();
    provider.knobs.down = true;
    await api.completeProviderLogin(lost, { retry: false });
    provider.knobs.down = false;
    const { code: _, ...refused } = await begin();
    await api.completeProviderLogin({ ...refused, error: "canary-text" });
    await api.completeProviderLogin({ ...(await begin()), state: "A".repeat(43) });

    const email = freshEmail();
    const { id: userId } = accountOf(dataOf(await api.signup({ email, password: PASSWORD })));
    keep(secrets, dataOf(await admin.login(ADMIN)));
    dataOf(await admin.updateUser({ userId, emailVerified: true }));
    somebodyAt(provider, { email });
    const linkToken = linkTokenOf(await api.completeProviderLogin(await begin()));
    secrets.set("linkToken", linkToken);
    keep(secrets, dataOf(await api.login({ email, password: PASSWORD })));
    const claimed = dataOf(await api.claimIdentity({ linkToken }));
    await api.claimIdentity({ linkToken });
    const pending = dataOf(await api.completeProviderLogin(await begin()));
    keep(secrets, pending);
    dataOf(await api.finishLogin({ loginToken: pending.loginToken, method: "none" }));
    dataOf(await api.removeMyIdentity({ identityId: claimed.id }));
    const linked = comeBack(dataOf(await api.startProviderLink({ providerId })));
    const answers = [
      claimed,
      dataOf(await api.completeProviderLink(linked)),
      dataOf(await api.listMyIdentities()),
      dataOf(await api.listProviders()),
      dataOf(await api.listMyEvents()),
      dataOf(await admin.listEvents({ userId })),
    ];
    const metrics = await (await fetch(`${server.baseUrl}/metrics`)).text();
    const outbox = join(server.folder, "outbox");
    const mails = await waitFor(async () => {
      const texts = await mailTexts(outbox);
      return texts.length >= 3 ? texts : undefined; // linked, unlinked, linked again
    });
    // A failure of ours while the code is in hand.
    const late = await begin();
    breakUsers(server);
    await api.completeProviderLogin(late, { retry: false });

    const running = await databaseBytes(server);
    const events = storedEvents(server);
    expect(await server.stop()).toBe(0);
    provider.exchanges.forEach(({ parameters }, index) =>
      secrets.set(`verifier ${index}`, parameters.get("code_verifier") ?? ""),
    );
    provider.secrets.forEach((secret, index) => secrets.set(`of the provider ${index}`, secret));
    secrets.set("a text of the provider", "canary-text").set("a lie", "canary.of.a-lie");
    expect([...secrets].filter(([, secret]) => secret === "")).toEqual([]);

    const told = problems.filter((text) => !text.includes("identity_collision"));
    const places = new Map([
      ["stdout", JSON.stringify(server.events())],
      ["stderr", server.stderr()],
      ["stored events", events],
      ["metrics", metrics],
      ["problems", told.join("\n")],
      ["answers", JSON.stringify(answers)],
      ...mails.map((text, index) => [`mail ${index}`, text] as const),
      ...[...running].map(([name, bytes]) => [`${name}, running`, bytes] as const),
      ...[...(await databaseBytes(server))].map(
        ([name, bytes]) => [`${name}, stopped`, bytes] as const,
      ),
    ]);
    expect(leaks(places, secrets)).toEqual([]);
    // The search finds what is there: the address is no secret.
    expect(leaks(places, new Map([["address", email]]))).not.toEqual([]);
    expect(problems.map((text) => (JSON.parse(text) as { code: string }).code)).toEqual(
      expect.arrayContaining([
        "provider_email_unverified",
        "provider_denied",
        "provider_unavailable",
        "invalid_challenge",
        "identity_collision",
        "internal_error",
      ]),
    );
    await server.dispose();
    await provider.close();
  },
);
