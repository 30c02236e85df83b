/** Paths of the account's sections. */
import { pagePaths } from "../../../contract/page-paths.ts";

const root = pagePaths.account;

export const sections = {
  you: root,
  security: `${root}/security`,
  sessions: `${root}/sessions`,
  history: `${root}/history`,
  leave: `${root}/leave`,
} as const;
