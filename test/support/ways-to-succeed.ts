/** How to make each operation succeed. An operation or a success status without an entry does not compile. */
import { createClient } from "@portcullis/client";
import type { OperationId, Operations } from "../../src/contract/operations.ts";
import { adminClient, dataOf, freshEmail, signedInClient, tokenClient } from "./clients.ts";
import { NEW_PASSWORD, PASSWORD } from "./credentials.ts";
import type { Servers } from "./servers-in-trouble.ts";

type Succeed = (servers: Servers) => Promise<unknown>;
type WaysToSucceed = {
  readonly [K in OperationId]: Readonly<Record<keyof Operations[K]["responses"], Succeed>>;
};

export const waysToSucceed: WaysToSucceed = {
  signup: { 201: (servers) => anyone(servers).signup({ email: freshEmail(), password: PASSWORD }) },
  login: {
    200: async (servers) => {
      const { api, email } = await signedInClient(servers.healthy);
      return api.login({ email, password: PASSWORD });
    },
  },
  logout: { 204: async (servers) => (await somebody(servers)).logout() },
  getMe: { 200: async (servers) => (await somebody(servers)).getMe() },
  listMySessions: { 200: async (servers) => (await somebody(servers)).listMySessions() },
  listMyEvents: { 200: async (servers) => (await somebody(servers)).listMyEvents() },
  revokeMySession: {
    204: async (servers) => {
      const api = await somebody(servers);
      const [session] = dataOf(await api.listMySessions()).items;
      return api.revokeMySession({ sessionId: session?.id ?? "" });
    },
  },
  revokeMyOtherSessions: {
    204: async (servers) => (await somebody(servers)).revokeMyOtherSessions(),
  },
  changePassword: {
    204: async (servers) =>
      (await somebody(servers)).changePassword({
        currentPassword: PASSWORD,
        newPassword: NEW_PASSWORD,
      }),
  },
  deleteMe: { 204: async (servers) => (await somebody(servers)).deleteMe({ password: PASSWORD }) },
  tokenLogin: {
    200: async ({ healthy }) => {
      const { email } = await signedInClient(healthy);
      return tokenClient(healthy).tokenLogin({ email, password: PASSWORD });
    },
  },
  tokenRefresh: {
    200: async (servers) => {
      const { api, refreshToken } = await program(servers);
      return api.tokenRefresh({ refreshToken });
    },
  },
  tokenRevoke: {
    204: async (servers) => {
      const { api, refreshToken } = await program(servers);
      return api.tokenRevoke({ token: refreshToken });
    },
  },
  getTokenMe: { 200: async (servers) => (await program(servers)).api.getTokenMe() },
  forgotPassword: {
    202: async (servers) => {
      const { email } = await signedInClient(servers.healthy);
      return anyone(servers).forgotPassword({ email });
    },
  },
  resetPassword: {
    204: async (servers) => {
      const { email } = await signedInClient(servers.healthy);
      dataOf(await anyone(servers).forgotPassword({ email }));
      const token = await servers.resetToken(email);
      return anyone(servers).resetPassword({ token, newPassword: NEW_PASSWORD });
    },
  },
  listUsers: { 200: async (servers) => (await admin(servers)).listUsers() },
  getUser: {
    200: async (servers) => (await admin(servers)).getUser(await target(servers)),
  },
  updateUser: {
    200: async (servers) =>
      (await admin(servers)).updateUser({ ...(await target(servers)), disabled: true }),
  },
  unlockUser: {
    204: async (servers) => (await admin(servers)).unlockUser(await target(servers)),
  },
  revokeUserSessions: {
    204: async (servers) => (await admin(servers)).revokeUserSessions(await target(servers)),
  },
  deleteUser: {
    204: async (servers) => (await admin(servers)).deleteUser(await target(servers)),
  },
  listEvents: { 200: async (servers) => (await admin(servers)).listEvents() },
  getJwks: { 200: (servers) => anyone(servers).getJwks() },
  getHealth: { 200: (servers) => anyone(servers).getHealth() },
  getReadiness: { 200: (servers) => anyone(servers).getReadiness() },
  getMetrics: { 200: (servers) => anyone(servers).getMetrics() },
};

const anyone = ({ healthy }: Servers) => createClient({ baseUrl: healthy });
const admin = ({ healthy }: Servers) => adminClient(healthy);

async function somebody({ healthy }: Servers) {
  return (await signedInClient(healthy)).api;
}

/** With tokens, and the refresh token it got last. */
async function program({ healthy }: Servers) {
  const { email } = await signedInClient(healthy);
  const api = tokenClient(healthy);
  const { refreshToken } = dataOf(await api.tokenLogin({ email, password: PASSWORD }));
  return { api, refreshToken };
}

/** An account of its own for what an administrator does to it. */
async function target({ healthy }: Servers) {
  return { userId: (await signedInClient(healthy)).user.id };
}
