/** Every event of sign-in with a provider, met once by people. */
import type { LogEvent } from "../../src/contract/events.ts";
import { accountOf, cookieClient, dataOf, freshEmail } from "./clients.ts";
import { ADMIN, PASSWORD } from "./credentials.ts";
import { startProvider } from "./provider.ts";
import {
  completeAt,
  linkTokenOf,
  PROVIDER_ID,
  providerSettings,
  somebodyAt,
  variablesOf,
} from "./provider-steps.ts";
import { startServerProcess } from "./server-process.ts";
import { waitFor } from "./wait-for.ts";

/** Of somebody who collides, claims, signs in and unlinks, and of two providers: one of which is dead. */
export async function eventsOfProviders(): Promise<LogEvent[]> {
  const provider = await startProvider();
  const server = await startServerProcess({
    environment: {
      ...providerSettings(provider),
      PROVIDERS: `${PROVIDER_ID},dead`,
      ...variablesOf("dead", "http://127.0.0.1:1"),
    },
  });
  await waitFor(() => server.events().find(({ event }) => event === "provider_unreachable"));
  const email = freshEmail();
  const api = cookieClient(server.baseUrl);
  const admin = cookieClient(server.baseUrl);
  dataOf(await admin.login(ADMIN));

  somebodyAt(provider, { verified: false });
  await completeAt(api, provider); // provider_login_failed
  const { id: userId } = accountOf(dataOf(await api.signup({ email, password: PASSWORD })));
  dataOf(await admin.updateUser({ userId, emailVerified: true }));
  somebodyAt(provider, { email });
  const linkToken = linkTokenOf(await completeAt(api, provider));
  dataOf(await api.login({ email, password: PASSWORD }));
  const { id: identityId } = dataOf(await api.claimIdentity({ linkToken }));
  const { loginToken } = dataOf(await completeAt(api, provider));
  dataOf(await api.finishLogin({ loginToken, method: "none" }));
  dataOf(await api.removeMyIdentity({ identityId }));

  await server.stop();
  const events = server.events();
  await server.dispose();
  await provider.close();
  return events;
}
