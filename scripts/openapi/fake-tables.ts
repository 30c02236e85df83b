/** Writes the tables of the client's fake server: the inputs each operation accepts, and the ways it can fail. */
import type { ZodType } from "zod";
import { credentials, signingIn } from "../../src/contract/credentials.ts";
import { examplesOf } from "../../src/contract/examples.ts";
import { mailKinds, mails, type MailKind } from "../../src/contract/mails.ts";
import type { JsonSchema } from "./event-schemas.ts";

export interface PublishedDocument {
  readonly components: { readonly schemas: Readonly<Record<string, PublishedSchema>> };
  readonly paths: Readonly<Record<string, Readonly<Record<string, PublishedOperation>>>>;
}
export interface PublishedSchema extends JsonSchema {
  readonly oneOf?: readonly Reference[];
  readonly examples?: readonly unknown[];
}
interface Reference {
  readonly $ref: string;
}
interface PublishedOperation {
  readonly operationId: string;
  readonly parameters?: readonly PublishedParameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, PublishedResponse>>;
}
interface PublishedResponse {
  readonly content?: Content;
  readonly headers?: Readonly<Record<string, unknown>>;
}
interface PublishedParameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: JsonSchema;
}
type Content = Readonly<
  Record<
    string,
    { readonly schema: Reference; readonly examples?: Readonly<Record<string, Example>> }
  >
>;
interface Example {
  readonly value: Readonly<Record<string, unknown>>;
}

const PROBLEM = "application/problem+json";
/** JSON Schema keywords the fake server applies to a field. */
const RULES = ["type", "enum", "minLength", "maxLength", "pattern", "minimum", "maximum"];
/** The types that the fake server can check (`client/src/testing/rules.ts`). */
const TYPES: readonly unknown[] = ["string", "integer", "boolean"];

/**
 * Source of `fakeTable`, with a row per operation, of `credentialTable`, with a row per credential that signs
 * somebody in, of `mailTable`, with a row per kind of mail, of `problemDocuments`, with an example per code, and of
 * `passwordPolicy`, the policy of a server without settings.
 */
export function fakeTables(document: PublishedDocument): string {
  const problems: Record<string, unknown> = {};
  const rows = Object.values(document.paths)
    .flatMap((path) => Object.values(path))
    .map((operation) => {
      const examples = problemExamples(operation);
      for (const [code, { requestId: _, ...example }] of examples) problems[code] = example;
      const codes = examples.map(([code]) => code);
      return `${operation.operationId}: ${JSON.stringify(rowOf(document, operation, codes))},`;
    });
  return [
    `export const fakeTable = {\n${rows.join("\n")}\n} as const;`,
    `export const credentialTable = ${JSON.stringify(credentialRows())} as const;`,
    `export const mailTable = ${JSON.stringify(mailRows())} as const;`,
    `export const problemDocuments = ${JSON.stringify(problems)} as const;`,
    `export const passwordPolicy = ${JSON.stringify(policyOf(document))} as const;`,
    "",
  ].join("\n\n");
}

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

function problemExamples({ responses }: PublishedOperation) {
  return Object.values(responses)
    .flatMap(({ content }) => Object.entries(content?.[PROBLEM]?.examples ?? {}))
    .map(([code, { value }]) => [code, value] as const);
}

function rowOf(document: PublishedDocument, operation: PublishedOperation, problems: string[]) {
  const [status] = Object.keys(operation.responses).filter((key) => key.startsWith("2"));
  // The fake has no administrators: it refuses these operations before it looks at their inputs.
  const isForAdmins = problems.includes("forbidden");
  const isChallenging = "www-authenticate" in (operation.responses["401"]?.headers ?? {});
  const row = { success: Number(status), isForAdmins, isChallenging, problems };
  return isForAdmins ? row : { ...row, ...inputsOf(document, operation) };
}

function inputsOf(
  document: PublishedDocument,
  { parameters = [], requestBody }: PublishedOperation,
) {
  const body = requestBody?.content["application/json"]?.schema;
  const of = (place: string) => parameters.filter((parameter) => parameter.in === place);
  return {
    params: rulesOf(of("path")),
    query: rulesOf(of("query")),
    ...(body && { body: formsOf(resolve(document, body)).map(bodyRules) }),
  };
}

function rulesOf(parameters: readonly PublishedParameter[]) {
  return Object.fromEntries(
    parameters.map(({ name, schema, required = false }) => [name, ruleOf(name, schema, required)]),
  );
}

/** The forms that a body can have: one, or those of a union. */
function formsOf(schema: PublishedSchema): readonly JsonSchema[] {
  return schema.anyOf ?? [schema];
}

function bodyRules({ properties = {}, required = [] }: JsonSchema) {
  return Object.fromEntries(
    Object.entries(properties).map(([name, field]) => [
      name,
      ruleOf(name, field, required.includes(name)),
    ]),
  );
}

/** Throws for a field that the fake server could not check: it would let everything through. */
function ruleOf(name: string, schema: JsonSchema, isRequired: boolean): object {
  const [inner, nothing] = schema.anyOf ?? [];
  if (inner !== undefined && nothing?.type === "null")
    return { ...ruleOf(name, inner, isRequired), nullable: true };
  if (!TYPES.includes(schema.type))
    throw new Error(`The fake server cannot check ${name}: it is no ${TYPES.join(", ")}`);
  const keywords = Object.entries(schema).filter(([key]) => RULES.includes(key));
  return { ...Object.fromEntries(keywords), ...(!isRequired && { optional: true }) };
}

/** Schema that a reference of the document names. Throws if there is none. */
export function resolve(document: PublishedDocument, { $ref }: Reference): PublishedSchema {
  const schema = document.components.schemas[$ref.slice($ref.lastIndexOf("/") + 1)];
  if (schema === undefined) throw new Error(`${$ref} leads nowhere`);
  return schema;
}
