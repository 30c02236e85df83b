/**
 * The client's fake server knows sign-in with a provider as the real one does: the same journey, by providers of its own
 * and by real ones on loopback, comes to the same statuses, codes and shapes, and the same mails go out.
 */
import type { Client } from "@portcullis/client";
import type { FakePerson, FakeServerOptions } from "@portcullis/client/testing";
import { describe, it, onTestFinished } from "vitest";
import { dataOf, freshEmail } from "../support/clients.ts";
import { NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { PROVIDER_CLIENT, startProvider } from "../support/provider.ts";
import { expectSameJourney, type Journey, type Traveller } from "../support/same-journey.ts";

const RETURN_ORIGIN = "https://app.example.com";
const [providerId, otherId] = ["acme", "other-corp"];
/** Of an app. Each provider has its own. */
const redirectOf = (id: string) => `com.example.${id}:/callback`;

describe("the fake server answers as the real one does, about", () => {
  it.each<[string, Journey, FakeServerOptions["signup"], string]>([
    ["sign-in with a provider, and its five cases", cases, "open", "ask"],
    ["flows that are not good", flows, "open", "ask"],
    ["links, claims and the last way in", links, "open", "ask"],
    ["links by themselves", byThemselves, "open", "verified"],
    ["providers where signups are closed", closed, "closed", "ask"],
  ])(
    "%s",
    async (_, journey, signup = "open", linking) => {
      const there = { [providerId]: await startProvider(), [otherId]: await startProvider() };
      onTestFinished(async () => {
        for (const each of Object.values(there)) await each.close();
      });
      const settings = Object.entries(there).flatMap(([id, { issuer }]) => {
        const fields = {
          KIND: "oidc",
          NAME: id,
          ISSUER: issuer,
          CLIENT_ID: PROVIDER_CLIENT.clientId,
          CLIENT_SECRET: PROVIDER_CLIENT.clientSecret,
          REDIRECTS: redirectOf(id),
          LINK: linking,
        };
        const prefix = `PROVIDER_${id.toUpperCase().replaceAll("-", "_")}_`;
        return Object.entries(fields).map(([field, value]) => [prefix + field, value]);
      });
      await expectSameJourney(
        journey,
        {
          signup,
          corsOrigins: [RETURN_ORIGIN],
          providers: [providerId, otherId].map((id) => ({
            id,
            link: linking === "ask" ? "ask" : "verified",
            redirects: [redirectOf(id)],
          })),
        },
        {
          SIGNUP: signup,
          CORS_ORIGINS: RETURN_ORIGIN,
          PROVIDERS: `${providerId},${otherId}`,
          ...(Object.fromEntries(settings) as Record<string, string>), // pairs of text
        },
        new Map(Object.entries(there)),
      );
    },
    120_000,
  );
});

async function cases(traveller: Traveller) {
  const { browser, stranger, program, nextMail } = traveller;
  const [email, unproved] = [freshEmail(), freshEmail()];
  await stranger.listProviders();
  await arrive(traveller, browser, { subject: "nobody" });
  await arrive(traveller, browser, { subject: "nobody", email, emailVerified: false });
  await enter(traveller, browser, { subject: "ada", email });
  await browser.getMe();
  await browser.listMyIdentities();
  await browser.startReauthentication({ method: "password" } as never);
  await enter(traveller, browser, { subject: "ada", email: freshEmail(), emailVerified: false });
  await browser.listMyIdentities();
  await stranger.login({ email, password: PASSWORD });
  await arrive(traveller, stranger, { subject: "eve", email: email.toUpperCase() });
  await arrive(traveller, stranger, { subject: "ada", email }, otherId);
  await browser.listMyEvents({ limit: 100 });

  await stranger.signup({ email: unproved, password: PASSWORD });
  await stranger.login({ email: unproved, password: PASSWORD });
  await program.tokenLogin({ email: unproved, password: PASSWORD });
  await enter(traveller, browser, { subject: "owner", email: unproved });
  await nextMail(unproved);
  await stranger.getMe();
  await program.getMe();
  await stranger.login({ email: unproved, password: PASSWORD });
  await browser.getMe();
  await browser.listMyEvents({ limit: 100 });

  // A second factor is asked for, as after a password.
  const { setupToken, secret } = dataOf(await browser.startTotp());
  const { codes } = dataOf(
    await browser.confirmTotp({ setupToken, code: await traveller.totpCode(secret) }),
  );
  await nextMail(unproved);
  const { loginToken } = dataOf(await arrive(traveller, stranger, { subject: "owner" }));
  await stranger.finishLogin({ loginToken, method: "none" });
  await stranger.finishLogin({ loginToken, method: "recovery_code", code: codes[0] ?? "" });
  await nextMail(unproved);
  const half = dataOf(await arrive(traveller, stranger, { subject: "owner" }));
  await program.finishTokenLogin({
    loginToken: half.loginToken,
    method: "recovery_code",
    code: codes[1] ?? "",
  });
  await nextMail(unproved);
  await program.listMyEvents({ limit: 100 });
}

async function flows(traveller: Traveller) {
  const { browser, stranger, program, approve } = traveller;
  const ada = { subject: "ada", email: freshEmail() };
  await stranger.startProviderLogin({ providerId: "nobody" });
  await stranger.startProviderLogin({ providerId: "No Id" });
  await stranger.completeProviderLogin({ providerId: "nobody", state: "x".repeat(43), code: "x" });
  const starts = [
    { returnTo: `${RETURN_ORIGIN}/welcome` },
    { returnTo: "https://app.example.com.evil.example/" },
    { returnTo: "https://ada@app.example.com/" },
    { returnTo: "/welcome" },
    { returnTo: "no address" },
    { redirectUri: redirectOf(providerId) },
    { redirectUri: redirectOf(otherId) },
    { redirectUri: `${redirectOf(providerId)}/` },
    { colour: "red" } as never,
  ];
  for (const input of starts) await stranger.startProviderLogin({ providerId, ...input });

  const begun = dataOf(
    await browser.startProviderLogin({ providerId, returnTo: `${RETURN_ORIGIN}/a/../b` }),
  );
  const answer = approve(providerId, begun.authorizationUrl, ada);
  const { challengeToken } = begun;
  await stranger.completeProviderLogin({ providerId, ...answer });
  await browser.completeProviderLogin({ providerId, ...answer, state: "x".repeat(43) });
  await browser.completeProviderLogin({ providerId, ...answer, state: "nonsense" });
  await browser.completeProviderLogin({ providerId, ...answer, iss: "https://other.example" });
  await browser.completeProviderLogin({ providerId, ...answer, iss: undefined });
  await browser.completeProviderLogin({ providerId: otherId, ...answer });
  await browser.completeProviderLogin({ providerId, ...answer, error: "denied" } as never);
  await browser.completeProviderLogin({ providerId, state: answer.state } as never);
  await browser.completeProviderLogin({ providerId, ...answer, challengeToken: "nonsense" });
  await browser.completeProviderLogin({ providerId, ...answer, code: "" });
  const { loginToken } = dataOf(
    await program.completeProviderLogin({ providerId, ...answer, challengeToken }),
  );
  await browser.completeProviderLogin({ providerId, ...answer });
  await program.finishTokenLogin({ loginToken, method: "none" });
  await program.getMe();
  await program.listMyEvents();

  for (const error of ["access_denied", "server_error", "temporarily_unavailable", "anything"]) {
    const { state, iss } = approve(providerId, await startAt(browser), ada);
    await browser.completeProviderLogin({ providerId, state, iss, error });
    await browser.completeProviderLogin({ providerId, state, iss, error });
  }
  const { code } = approve(providerId, await startAt(browser), ada);
  const mine = approve(providerId, await startAt(browser), ada);
  await browser.completeProviderLogin({ providerId, ...mine, code });
  const forged = approve(providerId, await startAt(browser), ada);
  await browser.completeProviderLogin({ providerId, ...forged, code: "no code of theirs" });
}

async function links(traveller: Traveller) {
  const { browser, stranger, program, approve, grow, nextMail } = traveller;
  const email = freshEmail();
  await browser.signup({ email, password: PASSWORD });
  await browser.login({ email, password: PASSWORD });
  await program.tokenLogin({ email, password: PASSWORD });
  await browser.listMyIdentities();
  await browser.startProviderLink({ providerId: "nobody" });
  await stranger.startProviderLink({ providerId });
  const { authorizationUrl } = dataOf(await browser.startProviderLink({ providerId }));
  const answer = approve(providerId, authorizationUrl, {
    subject: "ada",
    email: "else@example.com",
    emailVerified: false,
  });
  const end = { providerId, ...answer };
  await browser.completeProviderLogin(end);
  await stranger.completeProviderLink(end);
  await program.completeProviderLink(end);
  await browser.completeProviderLink({ ...end, state: "x".repeat(43) });
  await browser.completeProviderLink(end);
  await nextMail(email);
  await browser.completeProviderLink(end);
  await browser.startProviderLink({ providerId });
  await enter(traveller, stranger, { subject: "ada" });

  // Somebody else has it.
  const other = freshEmail();
  await enter(traveller, stranger, { subject: "eve", email: other }, otherId);
  const theirs = dataOf(await stranger.startProviderLink({ providerId }));
  await stranger.completeProviderLink({
    providerId,
    ...approve(providerId, theirs.authorizationUrl, { subject: "ada" }),
  });
  const refused = dataOf(await stranger.startProviderLink({ providerId }));
  const { state, iss } = approve(providerId, refused.authorizationUrl, { subject: "eve" });
  await stranger.completeProviderLink({ providerId, state, iss, error: "access_denied" });

  // A collision leads nowhere without the account.
  const met = await arrive(traveller, program, { subject: "eve-there", email: other });
  const collision = met.status === 409 ? met.problem : undefined;
  const linkToken = collision?.code === "identity_collision" ? collision.linkToken : "";
  await browser.claimIdentity({ linkToken });
  await browser.claimIdentity({ linkToken: "nonsense" });
  await stranger.claimIdentity({ linkToken });
  await nextMail(other);
  await stranger.claimIdentity({ linkToken });
  const again = await arrive(traveller, program, { subject: "eve-again", email: other });
  const second = again.status === 409 ? again.problem : undefined;
  await stranger.claimIdentity({
    linkToken: second?.code === "identity_collision" ? second.linkToken : "",
  });

  // The last way in stays.
  const { items } = dataOf(await stranger.listMyIdentities());
  const [first = "", last = ""] = items.map(({ id }) => id);
  await stranger.removeMyIdentity({ identityId: crypto.randomUUID() });
  await browser.removeMyIdentity({ identityId: first });
  await enter(traveller, program, { subject: "eve-there" });
  await stranger.removeMyIdentity({ identityId: first });
  await nextMail(other);
  await program.getMe();
  await stranger.removeMyIdentity({ identityId: last });
  await stranger.changePassword({ newPassword: NEW_PASSWORD });
  await nextMail(other);
  await stranger.removeMyIdentity({ identityId: last });
  await nextMail(other);
  await stranger.listMyEvents({ limit: 100 });
  grow();
  await stranger.startProviderLink({ providerId });
  await stranger.claimIdentity({ linkToken: "x".repeat(43) });
  await stranger.removeMyIdentity({ identityId: last });
  await browser.listMyEvents({ limit: 100 });
}

async function byThemselves(traveller: Traveller) {
  const { browser, nextMail } = traveller;
  const email = freshEmail();
  await enter(traveller, browser, { subject: "ada", email });
  await enter(traveller, browser, { subject: "ada", email }, otherId);
  await nextMail(email);
  await arrive(traveller, browser, { subject: "another", email });
  await browser.listMyIdentities();
  await browser.listMyEvents({ limit: 100 });
}

async function closed(traveller: Traveller) {
  await arrive(traveller, traveller.browser, { subject: "ada", email: freshEmail() });
}

type AnyClient = Pick<Client, "startProviderLogin" | "completeProviderLogin" | "finishSignIn">;

async function startAt(api: Pick<AnyClient, "startProviderLogin">): Promise<string> {
  return dataOf(await api.startProviderLogin({ providerId })).authorizationUrl;
}

async function arrive(
  { approve }: Traveller,
  api: Pick<AnyClient, "startProviderLogin" | "completeProviderLogin">,
  person: FakePerson,
  at = providerId,
) {
  const { authorizationUrl, challengeToken } = dataOf(
    await api.startProviderLogin({ providerId: at }),
  );
  const answer = approve(at, authorizationUrl, person);
  return api.completeProviderLogin({ providerId: at, ...answer, challengeToken });
}

async function enter(
  traveller: Traveller,
  api: Traveller["browser"] | Traveller["program"] | Traveller["stranger"],
  person: FakePerson,
  at = providerId,
) {
  const pending = dataOf(await arrive(traveller, api, person, at));
  await api.finishSignIn(pending);
}
