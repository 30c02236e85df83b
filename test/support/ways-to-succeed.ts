/** Makes each operation succeed. An operation or a success status without an entry does not compile. */
import { createClient } from "@portcullis/client";
import type { OperationId, Operations } from "../../src/contract/operations.ts";
import {
  adminClient,
  cookieClient,
  dataOf,
  freshEmail,
  pendingOf,
  signedInClient,
  tokenClient,
} from "./clients.ts";
import { NEW_PASSWORD, PASSWORD } from "./credentials.ts";
import { completeAt, linkOver, linkTokenOf, PROVIDER_ID, somebodyAt } from "./provider-steps.ts";
import { addPasskeyOver, addTotpOver, appOf } from "./second-factors.ts";
import type { Servers } from "./servers-in-trouble.ts";

export type Succeed = (servers: Servers) => Promise<unknown>;
type WaysToSucceed = {
  readonly [K in OperationId]: Readonly<Record<keyof Operations[K]["responses"], Succeed>>;
};

export const waysToSucceed: WaysToSucceed = {
  signup: {
    201: (servers) => signedOut(servers).signup({ email: freshEmail(), password: PASSWORD }),
    202: (servers) => verifying(servers).signup({ email: freshEmail(), password: PASSWORD }),
  },
  confirmSignup: {
    201: async (servers) => {
      const email = freshEmail();
      const api = verifying(servers);
      const started = dataOf(await api.signup({ email, password: PASSWORD }));
      if (!("challengeToken" in started)) throw new Error("No signup that is to be confirmed");
      const { code } = await servers.mailed(email);
      return api.confirmSignup({ challengeToken: started.challengeToken, code });
    },
  },
  getPasswordPolicy: { 200: (servers) => signedOut(servers).getPasswordPolicy() },
  login: {
    200: async (servers) => {
      const { api, email } = await signedInClient(servers.healthy);
      return api.login({ email, password: PASSWORD });
    },
    202: async (servers) => {
      const { api, email } = await withTotp(servers);
      return api.login({ email, password: PASSWORD });
    },
  },
  startMailLogin: {
    202: async (servers) => {
      const { email } = await signedInClient(servers.healthy);
      return signedOut(servers).startMailLogin({ email });
    },
  },
  completeMailLogin: { 200: async (servers) => (await provedByMail(servers)).proved },
  finishLogin: {
    200: async (servers) => {
      const { api, loginToken } = await pendingLogin(servers);
      return api.finishLogin({ loginToken, method: "none" });
    },
  },
  logout: { 204: async (servers) => (await signedIn(servers)).logout() },
  getMe: { 200: async (servers) => (await signedIn(servers)).getMe() },
  updateMe: { 200: async (servers) => (await signedIn(servers)).updateMe({ name: "Ada" }) },
  requestEmailVerification: {
    202: async (servers) => (await signedIn(servers)).requestEmailVerification(),
  },
  confirmEmailVerification: {
    204: async (servers) => {
      const { api, email } = await signedInClient(servers.healthy);
      dataOf(await api.requestEmailVerification());
      const { token } = await servers.mailed(email);
      return api.confirmEmailVerification({ token });
    },
  },
  startEmailChange: {
    202: async (servers) => (await signedIn(servers)).startEmailChange({ newEmail: freshEmail() }),
  },
  confirmEmailChange: { 204: async (servers) => (await changedAddress(servers)).changed },
  undoEmailChange: {
    204: async (servers) => {
      const { oldEmail } = await changedAddress(servers);
      const { token } = await servers.mailed(oldEmail);
      return signedOut(servers).undoEmailChange({ token });
    },
  },
  listMySessions: { 200: async (servers) => (await signedIn(servers)).listMySessions() },
  listMyEvents: { 200: async (servers) => (await signedIn(servers)).listMyEvents() },
  revokeMySession: {
    204: async (servers) => {
      const api = await signedIn(servers);
      const [session] = dataOf(await api.listMySessions()).items;
      return api.revokeMySession({ sessionId: session?.id ?? "" });
    },
  },
  revokeMyOtherSessions: {
    204: async (servers) => (await signedIn(servers)).revokeMyOtherSessions(),
  },
  changePassword: {
    204: async (servers) =>
      (await signedIn(servers)).changePassword({
        currentPassword: PASSWORD,
        newPassword: NEW_PASSWORD,
      }),
  },
  listMyFactors: { 200: async (servers) => (await withTotp(servers)).api.listMyFactors() },
  startTotp: { 200: async (servers) => (await signedIn(servers)).startTotp() },
  confirmTotp: {
    200: async (servers) => {
      const api = await signedIn(servers);
      const { setupToken, secret } = dataOf(await api.startTotp());
      return api.confirmTotp({ setupToken, code: appOf(secret).codeAt(Date.now()) });
    },
  },
  removeTotp: { 204: async (servers) => (await withTotp(servers)).api.removeTotp() },
  renewRecoveryCodes: {
    200: async (servers) => (await withTotp(servers)).api.renewRecoveryCodes(),
  },
  startPasskey: { 200: async (servers) => (await signedIn(servers)).startPasskey() },
  addPasskey: { 201: async (servers) => (await withPasskey(servers)).added },
  listMyPasskeys: { 200: async (servers) => (await withPasskey(servers)).api.listMyPasskeys() },
  renamePasskey: {
    200: async (servers) => {
      const { api, passkeyId } = await withPasskey(servers);
      return api.renamePasskey({ passkeyId, name: "Ada's phone" });
    },
  },
  removePasskey: {
    204: async (servers) => {
      const { api, passkeyId } = await withPasskey(servers);
      return api.removePasskey({ passkeyId });
    },
  },
  startPasskeyLogin: { 200: (servers) => signedOut(servers).startPasskeyLogin() },
  completePasskeyLogin: {
    200: async (servers) => {
      const { authenticator } = await withPasskey(servers);
      const api = signedOut(servers);
      const { challengeToken, options } = dataOf(await api.startPasskeyLogin());
      const credential = authenticator.get(options);
      return api.completePasskeyLogin({ challengeToken, credential });
    },
  },
  startSecondFactorPasskey: {
    200: async (servers) => {
      const { api, email } = await withPasskey(servers);
      const pending = pendingOf(await api.login({ email, password: PASSWORD }));
      return api.startSecondFactorPasskey({ loginToken: pending.loginToken });
    },
  },
  listProviders: { 200: (servers) => signedOut(servers).listProviders() },
  startProviderLogin: {
    200: (servers) => signedOut(servers).startProviderLogin({ providerId: PROVIDER_ID }),
  },
  completeProviderLogin: {
    200: async (servers) => {
      somebodyAt(servers.provider);
      return completeAt(signedOut(servers), servers.provider);
    },
  },
  listMyIdentities: { 200: async (servers) => (await linked(servers)).api.listMyIdentities() },
  startProviderLink: {
    200: async (servers) =>
      (await signedIn(servers)).startProviderLink({ providerId: PROVIDER_ID }),
  },
  completeProviderLink: { 201: async (servers) => (await linked(servers)).added },
  claimIdentity: {
    201: async (servers) => {
      const { provider, healthy } = servers;
      const { api, user, email } = await signedInClient(healthy);
      dataOf(await (await admin(servers)).updateUser({ userId: user.id, emailVerified: true }));
      somebodyAt(provider, { email });
      const linkToken = linkTokenOf(await completeAt(signedOut(servers), provider));
      return api.claimIdentity({ linkToken });
    },
  },
  removeMyIdentity: {
    204: async (servers) => {
      const { api, added } = await linked(servers);
      return api.removeMyIdentity({ identityId: dataOf(added).id });
    },
  },
  startReauthentication: {
    200: async (servers) => (await proved(servers)).startReauthentication({ method: "mail" }),
  },
  reauthenticate: {
    200: async (servers) =>
      (await signedIn(servers)).reauthenticate({ method: "password", password: PASSWORD }),
  },
  deleteMe: { 204: async (servers) => (await signedIn(servers)).deleteMe({ password: PASSWORD }) },
  tokenLogin: {
    200: async ({ healthy }) => {
      const { email } = await signedInClient(healthy);
      return tokenClient(healthy).tokenLogin({ email, password: PASSWORD });
    },
    202: async (servers) => {
      const { email } = await withTotp(servers);
      return tokenClient(servers.healthy).tokenLogin({ email, password: PASSWORD });
    },
  },
  finishTokenLogin: {
    200: async (servers) => {
      const { loginToken } = await pendingLogin(servers);
      return tokenClient(servers.healthy).finishTokenLogin({ loginToken, method: "none" });
    },
  },
  tokenRefresh: {
    200: async (servers) => {
      const { api, refreshToken } = await withTokens(servers);
      return api.tokenRefresh({ refreshToken });
    },
  },
  tokenRevoke: {
    204: async (servers) => {
      const { api, refreshToken } = await withTokens(servers);
      return api.tokenRevoke({ token: refreshToken });
    },
  },
  getTokenMe: { 200: async (servers) => (await withTokens(servers)).api.getTokenMe() },
  forgotPassword: {
    202: async (servers) => {
      const { email } = await signedInClient(servers.healthy);
      return signedOut(servers).forgotPassword({ email });
    },
  },
  resetPassword: {
    204: async (servers) => {
      const { email } = await signedInClient(servers.healthy);
      dataOf(await signedOut(servers).forgotPassword({ email }));
      const { token } = await servers.mailed(email);
      return signedOut(servers).resetPassword({ token, newPassword: NEW_PASSWORD });
    },
  },
  listUsers: { 200: async (servers) => (await admin(servers)).listUsers() },
  getUser: {
    200: async (servers) => (await admin(servers)).getUser(await newUserId(servers)),
  },
  inviteUser: {
    202: async (servers) => (await admin(servers)).inviteUser({ email: freshEmail() }),
  },
  updateUser: {
    200: async (servers) =>
      (await admin(servers)).updateUser({ ...(await newUserId(servers)), disabled: true }),
  },
  unlockUser: {
    204: async (servers) => (await admin(servers)).unlockUser(await newUserId(servers)),
  },
  resetUserFactors: {
    204: async (servers) => {
      const { userId } = await withTotp(servers);
      return (await admin(servers)).resetUserFactors({ userId });
    },
  },
  listUserPasskeys: {
    200: async (servers) => {
      const { userId } = await withPasskey(servers);
      return (await admin(servers)).listUserPasskeys({ userId });
    },
  },
  removeUserPasskey: {
    204: async (servers) => {
      const { userId, passkeyId } = await withPasskey(servers);
      return (await admin(servers)).removeUserPasskey({ userId, passkeyId });
    },
  },
  listUserSessions: {
    200: async (servers) => (await admin(servers)).listUserSessions(await newUserId(servers)),
  },
  revokeUserSession: {
    204: async (servers) => {
      const api = await admin(servers);
      const ofUser = await newUserId(servers);
      const [session] = dataOf(await api.listUserSessions(ofUser)).items;
      return api.revokeUserSession({ ...ofUser, sessionId: session?.id ?? "" });
    },
  },
  revokeUserSessions: {
    204: async (servers) => (await admin(servers)).revokeUserSessions(await newUserId(servers)),
  },
  deleteUser: {
    204: async (servers) => (await admin(servers)).deleteUser(await newUserId(servers)),
  },
  listUserFactors: {
    200: async (servers) => {
      const { userId } = await withTotp(servers);
      return (await admin(servers)).listUserFactors({ userId });
    },
  },
  listUserIdentities: {
    200: async (servers) => (await admin(servers)).listUserIdentities(await newUserId(servers)),
  },
  listEvents: { 200: async (servers) => (await admin(servers)).listEvents() },
  getOverview: { 200: async (servers) => (await admin(servers)).getOverview() },
  listSigningKeys: { 200: async (servers) => (await admin(servers)).listSigningKeys() },
  listSettings: { 200: async (servers) => (await admin(servers)).listSettings() },
  getDoctorReport: { 200: async (servers) => (await admin(servers)).getDoctorReport() },
  getJwks: { 200: (servers) => signedOut(servers).getJwks() },
  getRelatedOrigins: { 200: (servers) => signedOut(servers).getRelatedOrigins() },
  getHealth: { 200: (servers) => signedOut(servers).getHealth() },
  getReadiness: { 200: (servers) => signedOut(servers).getReadiness() },
  getMetrics: { 200: (servers) => signedOut(servers).getMetrics() },
};

const signedOut = ({ healthy }: Servers) => createClient({ baseUrl: healthy });
const verifying = (servers: Servers) => createClient({ baseUrl: servers.verifying });
const admin = ({ healthy }: Servers) => adminClient(healthy);

async function signedIn({ healthy }: Servers) {
  return (await signedInClient(healthy)).api;
}

/** Somebody signed in whose account has an authenticator app. */
async function withTotp({ healthy }: Servers) {
  const { api, user, email } = await signedInClient(healthy);
  return { api, email, userId: user.id, ...(await addTotpOver(api)) };
}

/** Somebody signed in whose account has a passkey, and the answer that added it. */
async function withPasskey({ healthy }: Servers) {
  const { api, user, email } = await signedInClient(healthy);
  const { authenticator, added } = await addPasskeyOver(api);
  return { api, email, userId: user.id, authenticator, added, passkeyId: dataOf(added).id };
}

/** Somebody signed in to whose account somebody at the provider is linked. */
async function linked({ healthy, provider }: Servers) {
  const { api } = await signedInClient(healthy);
  somebodyAt(provider);
  return { api, added: await linkOver(api, provider) };
}

/** Somebody signed in whose address is proved. */
async function proved(servers: Servers) {
  const { api, user } = await signedInClient(servers.healthy);
  dataOf(await (await admin(servers)).updateUser({ userId: user.id, emailVerified: true }));
  return api;
}

/** A mailbox that was proved by the code that was mailed to it. */
async function provedByMail({ healthy, mailed }: Servers) {
  const { email } = await signedInClient(healthy);
  const api = cookieClient(healthy);
  const { challengeToken } = dataOf(await api.startMailLogin({ email }));
  const { code } = await mailed(email);
  return { api, proved: await api.completeMailLogin({ challengeToken, code }) };
}

async function pendingLogin(servers: Servers) {
  const { api, proved } = await provedByMail(servers);
  return { api, loginToken: dataOf(proved).loginToken };
}

/** An account that has just got another address. */
async function changedAddress({ healthy, mailed }: Servers) {
  const { api, email: oldEmail } = await signedInClient(healthy);
  const newEmail = freshEmail();
  dataOf(await api.startEmailChange({ newEmail }));
  const { token } = await mailed(newEmail);
  return { oldEmail, changed: await api.confirmEmailChange({ token }) };
}

/** A signed-in client with tokens in memory, and its refresh token. */
async function withTokens({ healthy }: Servers) {
  const { email } = await signedInClient(healthy);
  const api = tokenClient(healthy);
  const { refreshToken } = dataOf(await api.tokenLogin({ email, password: PASSWORD }));
  return { api, refreshToken };
}

/** The id of a new account, for an operation of an administrator. */
async function newUserId({ healthy }: Servers) {
  return { userId: (await signedInClient(healthy)).user.id };
}
