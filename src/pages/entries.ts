/** The applications that people use in a browser, and the paths that each serves. */
import { pagePaths, providerCallbackPath } from "../contract/page-paths.ts";

export const applicationNames = ["sign-in", "account", "admin", "links"] as const;
export type ApplicationName = (typeof applicationNames)[number];

const { account, admin } = pagePaths;

/** Paths of the account's sections. */
export const accountSections = {
  you: account,
  security: `${account}/security`,
  sessions: `${account}/sessions`,
  history: `${account}/history`,
  leave: `${account}/leave`,
} as const;

/** Paths of the console's sections, with `:name` where any one segment may stand. */
export const consoleSections = {
  overview: admin,
  users: `${admin}/users`,
  user: `${admin}/users/:userId`,
  events: `${admin}/events`,
  keys: `${admin}/keys`,
  settings: `${admin}/settings`,
} as const;

/** The page of one account in the console. */
export function consoleUserPath(userId: string): string {
  return consoleSections.user.replace(":userId", userId);
}

export interface ApplicationPaths {
  /** Its paths, with `:name` where any one segment may stand. */
  readonly paths: readonly string[];
  /** Answers for every other path beneath these, too: the application says that there is no such page. */
  readonly hasSections: boolean;
}

/** `providerIds`: each provider leads back to a page of its own. */
export function applicationPaths(
  name: ApplicationName,
  providerIds: readonly string[],
): ApplicationPaths {
  switch (name) {
    case "sign-in":
      return { paths: [pagePaths.signIn, pagePaths.signUp], hasSections: false };
    case "account":
      return { paths: Object.values(accountSections), hasSections: true };
    case "admin":
      return { paths: Object.values(consoleSections), hasSections: true };
    case "links":
      return {
        paths: [
          pagePaths.reset,
          pagePaths.confirm,
          pagePaths.email,
          pagePaths.mailLogin,
          ...providerIds.map(providerCallbackPath),
        ],
        hasSections: false,
      };
  }
}
