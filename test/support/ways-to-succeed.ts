/** Makes each operation succeed. An operation or a success status without an entry does not compile. */
import { createClient } from "@portcullis/client";
import type { OperationId, Operations } from "../../src/contract/operations.ts";
import { adminClient, dataOf, freshEmail, signedInClient, tokenClient } from "./clients.ts";
import { NEW_PASSWORD, PASSWORD } from "./credentials.ts";
import type { Servers } from "./servers-in-trouble.ts";

export type Succeed = (servers: Servers) => Promise<unknown>;
type WaysToSucceed = {
  readonly [K in OperationId]: Readonly<Record<keyof Operations[K]["responses"], Succeed>>;
};

export const waysToSucceed: WaysToSucceed = {
  signup: {
    201: (servers) => signedOut(servers).signup({ email: freshEmail(), password: PASSWORD }),
  },
  getPasswordPolicy: { 200: (servers) => signedOut(servers).getPasswordPolicy() },
  login: {
    200: async (servers) => {
      const { api, email } = await signedInClient(servers.healthy);
      return api.login({ email, password: PASSWORD });
    },
  },
  logout: { 204: async (servers) => (await signedIn(servers)).logout() },
  getMe: { 200: async (servers) => (await signedIn(servers)).getMe() },
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
  deleteMe: { 204: async (servers) => (await signedIn(servers)).deleteMe({ password: PASSWORD }) },
  tokenLogin: {
    200: async ({ healthy }) => {
      const { email } = await signedInClient(healthy);
      return tokenClient(healthy).tokenLogin({ email, password: PASSWORD });
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
      const token = await servers.resetToken(email);
      return signedOut(servers).resetPassword({ token, newPassword: NEW_PASSWORD });
    },
  },
  listUsers: { 200: async (servers) => (await admin(servers)).listUsers() },
  getUser: {
    200: async (servers) => (await admin(servers)).getUser(await newUserId(servers)),
  },
  updateUser: {
    200: async (servers) =>
      (await admin(servers)).updateUser({ ...(await newUserId(servers)), disabled: true }),
  },
  unlockUser: {
    204: async (servers) => (await admin(servers)).unlockUser(await newUserId(servers)),
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
  listEvents: { 200: async (servers) => (await admin(servers)).listEvents() },
  getJwks: { 200: (servers) => signedOut(servers).getJwks() },
  getHealth: { 200: (servers) => signedOut(servers).getHealth() },
  getReadiness: { 200: (servers) => signedOut(servers).getReadiness() },
  getMetrics: { 200: (servers) => signedOut(servers).getMetrics() },
};

const signedOut = ({ healthy }: Servers) => createClient({ baseUrl: healthy });
const admin = ({ healthy }: Servers) => adminClient(healthy);

async function signedIn({ healthy }: Servers) {
  return (await signedInClient(healthy)).api;
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
