/** Writes what the client knows of the return from a provider: names, messages, and the problems of which another page tells. */
import { readFile } from "node:fs/promises";
import { completeProviderLink } from "../../src/contract/identities.ts";
import { LINK_STATE_PREFIX } from "../../src/contract/provider-state.ts";
import { completeProviderLogin } from "../../src/contract/providers.ts";
import type { ProblemCode } from "../../src/contract/problems.ts";
import { problemsIn, type PublishedDocument } from "./published-document.ts";

const contract = new URL("../../src/contract/provider-return.ts", import.meta.url);

/** The second step, which the server's own page asks for where it goes on. */
const OF_THE_SECOND_STEP: ProblemCode = "invalid_login_token";

/**
 * Source of the contract's file, which has names and types alone, of `linkStatePrefix`, and of `endedProblems`, by code.
 * To the client a code is text: a newer server may tell of another.
 */
export async function providerReturnSource(document: PublishedDocument): Promise<string> {
  const source = await readFile(contract, "utf8");
  const withoutImport = source.replace(/^import type .*$/m, "type ProblemCode = string;");
  const codes = new Set([
    ...completeProviderLogin.problems,
    ...completeProviderLink.problems,
    OF_THE_SECOND_STEP,
  ]);
  const problems = problemsIn(document);
  const ended = Object.fromEntries([...codes].map((code) => [code, problems.get(code)]));
  return [
    withoutImport,
    `export const linkStatePrefix = ${JSON.stringify(LINK_STATE_PREFIX)};`,
    `export const endedProblems = ${JSON.stringify(ended)} as const;`,
  ].join("\n\n");
}
