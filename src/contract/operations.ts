/** Every operation, in the order a person meets them. What is not listed here is not served. */
import * as accounts from "./accounts.ts";
import * as addressChanges from "./address-changes.ts";
import * as audit from "./audit.ts";
import * as health from "./health.ts";
import * as identities from "./identities.ts";
import * as installation from "./installation.ts";
import * as keys from "./keys.ts";
import * as loginFinishes from "./login-finishes.ts";
import * as mailLogins from "./mail-logins.ts";
import * as metrics from "./metrics.ts";
import * as overview from "./overview.ts";
import * as passkeys from "./passkeys.ts";
import * as providers from "./providers.ts";
import * as reauthentication from "./reauthentication.ts";
import * as resets from "./resets.ts";
import * as secondFactors from "./second-factors.ts";
import * as sessions from "./sessions.ts";
import * as tokens from "./tokens.ts";
import * as users from "./users.ts";

export const operations = {
  signup: accounts.signup,
  confirmSignup: accounts.confirmSignup,
  getPasswordPolicy: accounts.getPasswordPolicy,
  login: sessions.login,
  startMailLogin: mailLogins.startMailLogin,
  completeMailLogin: mailLogins.completeMailLogin,
  startPasskeyLogin: passkeys.startPasskeyLogin,
  completePasskeyLogin: passkeys.completePasskeyLogin,
  listProviders: providers.listProviders,
  startProviderLogin: providers.startProviderLogin,
  completeProviderLogin: providers.completeProviderLogin,
  startSecondFactorPasskey: loginFinishes.startSecondFactorPasskey,
  finishLogin: loginFinishes.finishLogin,
  logout: sessions.logout,
  getMe: accounts.getMe,
  updateMe: accounts.updateMe,
  requestEmailVerification: addressChanges.requestEmailVerification,
  confirmEmailVerification: addressChanges.confirmEmailVerification,
  startEmailChange: addressChanges.startEmailChange,
  confirmEmailChange: addressChanges.confirmEmailChange,
  undoEmailChange: addressChanges.undoEmailChange,
  startReauthentication: reauthentication.startReauthentication,
  reauthenticate: reauthentication.reauthenticate,
  listMyFactors: secondFactors.listMyFactors,
  startTotp: secondFactors.startTotp,
  confirmTotp: secondFactors.confirmTotp,
  removeTotp: secondFactors.removeTotp,
  renewRecoveryCodes: secondFactors.renewRecoveryCodes,
  startPasskey: passkeys.startPasskey,
  addPasskey: passkeys.addPasskey,
  listMyPasskeys: passkeys.listMyPasskeys,
  renamePasskey: passkeys.renamePasskey,
  removePasskey: passkeys.removePasskey,
  listMyIdentities: identities.listMyIdentities,
  startProviderLink: identities.startProviderLink,
  completeProviderLink: identities.completeProviderLink,
  claimIdentity: identities.claimIdentity,
  removeMyIdentity: identities.removeMyIdentity,
  listMySessions: sessions.listMySessions,
  revokeMySession: sessions.revokeMySession,
  revokeMyOtherSessions: sessions.revokeMyOtherSessions,
  listMyEvents: audit.listMyEvents,
  changePassword: accounts.changePassword,
  deleteMe: accounts.deleteMe,
  tokenLogin: tokens.tokenLogin,
  finishTokenLogin: loginFinishes.finishTokenLogin,
  tokenRefresh: tokens.tokenRefresh,
  tokenRevoke: tokens.tokenRevoke,
  getTokenMe: tokens.getTokenMe,
  forgotPassword: resets.forgotPassword,
  resetPassword: resets.resetPassword,
  listUsers: users.listUsers,
  getUser: users.getUser,
  inviteUser: users.inviteUser,
  updateUser: users.updateUser,
  unlockUser: users.unlockUser,
  listUserSessions: users.listUserSessions,
  revokeUserSession: users.revokeUserSession,
  revokeUserSessions: users.revokeUserSessions,
  listUserFactors: secondFactors.listUserFactors,
  resetUserFactors: secondFactors.resetUserFactors,
  listUserPasskeys: passkeys.listUserPasskeys,
  removeUserPasskey: passkeys.removeUserPasskey,
  listUserIdentities: identities.listUserIdentities,
  deleteUser: users.deleteUser,
  listEvents: audit.listEvents,
  getOverview: overview.getOverview,
  listSigningKeys: keys.listSigningKeys,
  listSettings: installation.listSettings,
  getDoctorReport: installation.getDoctorReport,
  getRelatedOrigins: passkeys.getRelatedOrigins,
  getJwks: keys.getJwks,
  getHealth: health.getHealth,
  getReadiness: health.getReadiness,
  getMetrics: metrics.getMetrics,
} as const;

export type Operations = typeof operations;
export type OperationId = keyof Operations;
export const operationIds = Object.keys(operations) as readonly OperationId[]; // keys of a literal
