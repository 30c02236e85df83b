/** Writes the tables of the client's fake server: the inputs each operation accepts, and the ways it can fail. */
import type { ZodType } from "zod";
import { CHALLENGE_TRIES } from "../../src/contract/challenges.ts";
import { credentials, signingIn } from "../../src/contract/credentials.ts";
import { examplesOf } from "../../src/contract/examples.ts";
import { mailKinds, mails, type MailKind } from "../../src/contract/mails.ts";
import type { OperationDescription } from "../../src/contract/operation.ts";
import { operations } from "../../src/contract/operations.ts";
import { PASSKEYS_MAX, RECOVERY_CODES } from "../../src/contract/bounds.ts";
import { passkeyAlgorithms } from "../../src/contract/passkey-values.ts";
import { inputsOf } from "./fake-rules.ts";
import {
  problemExamples,
  problemsIn,
  type PublishedDocument,
  type PublishedOperation,
} from "./published-document.ts";

const described: Readonly<Record<string, OperationDescription>> = operations;

/**
 * Source of `fakeTable`, with a row per operation, of `credentialTable`, with a row per credential that signs
 * somebody in, of `mailTable`, with a row per kind of mail, of `problemDocuments`, with an example per code, of
 * `passwordPolicy`, the policy of a server without settings, and of `bounds`, of which the document has only sentences.
 */
export function fakeTables(document: PublishedDocument): string {
  const rows = Object.values(document.paths)
    .flatMap((path) => Object.values(path))
    .map((operation) => {
      const codes = problemExamples(operation).map(([code]) => code);
      return `${operation.operationId}: ${JSON.stringify(rowOf(document, operation, codes))},`;
    });
  return [
    `export const fakeTable = {\n${rows.join("\n")}\n} as const;`,
    `export const credentialTable = ${JSON.stringify(credentialRows())} as const;`,
    `export const mailTable = ${JSON.stringify(mailRows())} as const;`,
    `export const problemDocuments = ${JSON.stringify(Object.fromEntries(problemsIn(document)))} as const;`,
    `export const passwordPolicy = ${JSON.stringify(policyOf(document))} as const;`,
    `export const bounds = ${JSON.stringify(bounds)} as const;`,
    "",
  ].join("\n\n");
}

const bounds = {
  challengeTries: CHALLENGE_TRIES,
  recoveryCodes: RECOVERY_CODES,
  passkeys: PASSKEYS_MAX,
  passkeyAlgorithms,
};

function policyOf({ components }: PublishedDocument): unknown {
  const [example] = components.schemas["PasswordPolicy"]?.examples ?? [];
  if (example === undefined) throw new Error("The document has no example of PasswordPolicy");
  return example;
}

function credentialRows() {
  return Object.fromEntries(
    signingIn.map((name) => [name, { sentByBrowser: credentials[name].sentByBrowser }]),
  );
}

function mailRows() {
  return Object.fromEntries(
    mailKinds.map((kind) => [kind, { hasCode: "code" in mails[kind].shape, link: linkOf(kind) }]),
  );
}

/** The link of such a mail as a path of the server, with the places of its token and code; null where it has none. */
function linkOf(kind: MailKind): string | null {
  const examples = Object.entries<ZodType>(mails[kind].shape).map(([name, field]) => {
    return [name, examplesOf(field)[0]] as const;
  });
  const { link, code } = Object.fromEntries<unknown>(examples);
  if (typeof link !== "string") return null;
  const { pathname, hash } = new URL(link);
  return pathname + hash.replace(/=[\w-]{43}/, "={token}").replace(`=${String(code)}`, "={code}");
}

function rowOf(document: PublishedDocument, operation: PublishedOperation, problems: string[]) {
  const [status] = Object.keys(operation.responses).filter((key) => key.startsWith("2"));
  // The fake has no administrators: it refuses these operations before it looks at their inputs.
  const isForAdmins = problems.includes("forbidden");
  const isChallenging = "www-authenticate" in (operation.responses["401"]?.headers ?? {});
  // The document says only that it may be asked for, not for which bodies.
  const recent = described[operation.operationId]?.recent;
  const row = { success: Number(status), isForAdmins, isChallenging, problems };
  return isForAdmins
    ? row
    : { ...row, ...(recent && { recent }), ...inputsOf(document, operation) };
}
