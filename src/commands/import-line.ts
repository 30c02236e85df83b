/** One line of a file of accounts: what it says, or the rule that it breaks. */
import { FirebaseHashConfig, ImportedAccount, ImportedIdentity } from "../contract/imports.ts";
import {
  encodeForeignHash,
  type FirebaseProject,
  firebaseProjectOf,
  type ForeignContext,
} from "../domain/foreign-hashes.ts";
import type { AccountToImport } from "../domain/imports.ts";
import type { System } from "../process/system.ts";
import { identitiesOf } from "./imported-identities.ts";
import type { Line } from "./lines.ts";

/** Longer than any account can be. Bytes. */
export const LINE_MAX_BYTES = 32_768;

/** The lines before it, the settings and this machine, as far as a line is read by them. */
export interface LineContext {
  readonly providers: System["providers"];
  readonly foreign: ForeignContext;
  readonly sealKey: (signerKey: Uint8Array) => Uint8Array;
}

type SchemaError = Pick<
  NonNullable<ReturnType<typeof ImportedAccount.safeParse>["error"]>,
  "issues"
>;

/** Answers the fault as a text, and undefined for an empty line. Never repeats the line: hashes are in it (PH-04). */
export function readLine(
  { bytes, isTooLong }: Line,
  context: LineContext,
): AccountToImport | { readonly project: FirebaseProject } | string | undefined {
  if (isTooLong) return `Longer than ${LINE_MAX_BYTES} bytes`;
  const json = parse(bytes);
  if (json === "empty") return undefined;
  if (json === "not JSON") return "Not a JSON object in UTF-8";
  const { value } = json;
  return typeof value === "object" && value !== null && "firebaseHashConfig" in value
    ? readProject(value, context)
    : readAccount(value, context);
}

function parse(bytes: Uint8Array): { readonly value: unknown } | "empty" | "not JSON" {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.trim() === "" ? "empty" : { value: JSON.parse(text) };
  } catch {
    return "not JSON";
  }
}

function readProject(
  value: object,
  { foreign, sealKey }: LineContext,
): { readonly project: FirebaseProject } | string {
  const parsed = FirebaseHashConfig.safeParse(value);
  if (!parsed.success) return faultOf(parsed.error);
  if (foreign.project !== undefined)
    return "firebaseHashConfig: A file has one: make a file for each project";
  const project = firebaseProjectOf(parsed.data.firebaseHashConfig, sealKey);
  return "fault" in project ? `firebaseHashConfig.${project.fault}` : { project };
}

function readAccount(
  value: unknown,
  { providers, foreign }: LineContext,
): AccountToImport | string {
  const parsed = ImportedAccount.safeParse(value);
  if (!parsed.success) return faultOf(parsed.error);
  const { passwordHash, ...account } = parsed.data;
  const hash = passwordHash && encodeForeignHash(passwordHash, foreign);
  if (hash !== undefined && "fault" in hash) return `passwordHash: ${hash.fault}`;
  const identities = identitiesOf(account.identities ?? [], providers);
  if (typeof identities === "string") return identities;
  return { ...account, passwordHash: hash?.encoded, identities };
}

/** The first of the faults that a schema found. */
function faultOf({ issues }: SchemaError): string {
  const { path, message, code } = issues[0] ?? { path: [], message: "", code: "" };
  const where = path.length === 0 ? "" : `${path.join(".")}: `;
  // Zod repeats the name, which is a hash where the columns of the file were mixed up.
  if (code !== "unrecognized_keys") return `${where}${message}`;
  const taken = propertiesAt(path[0]);
  return `${where}Has a property that is not taken${taken === undefined ? "" : `; these are: ${taken.join(", ")}`}`;
}

/** The properties that are taken there; undefined where that depends on another property. */
function propertiesAt(first: PropertyKey | undefined): readonly string[] | undefined {
  if (first === undefined) return Object.keys(ImportedAccount.shape);
  return first === "identities" ? Object.keys(ImportedIdentity.shape) : undefined;
}
