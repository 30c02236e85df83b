/** The document as its readers get it, as far as the generators of the client read it. */
import type { JsonSchema } from "./event-schemas.ts";

export interface PublishedDocument {
  readonly components: { readonly schemas: Readonly<Record<string, PublishedSchema>> };
  readonly paths: Readonly<Record<string, Readonly<Record<string, PublishedOperation>>>>;
}
export interface PublishedSchema extends JsonSchema {
  readonly oneOf?: readonly Reference[];
  readonly discriminator?: { readonly propertyName: string };
  readonly examples?: readonly unknown[];
}
export interface Reference {
  readonly $ref: string;
}
export interface PublishedOperation {
  readonly operationId: string;
  readonly parameters?: readonly PublishedParameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, PublishedResponse>>;
}
interface PublishedResponse {
  readonly content?: Content;
  readonly headers?: Readonly<Record<string, unknown>>;
}
export interface PublishedParameter {
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

/** Schema that a reference of the document names. Throws if there is none. */
export function resolve(document: PublishedDocument, { $ref }: Reference): PublishedSchema {
  const schema = document.components.schemas[$ref.slice($ref.lastIndexOf("/") + 1)];
  if (schema === undefined) throw new Error(`${$ref} leads nowhere`);
  return schema;
}

const PROBLEM = "application/problem+json";

/** An example of each problem that the operation can answer, with its code. */
export function problemExamples({ responses }: PublishedOperation) {
  return Object.values(responses)
    .flatMap(({ content }) => Object.entries(content?.[PROBLEM]?.examples ?? {}))
    .map(([code, { value }]) => [code, value] as const);
}

/** An example of each problem of the document by its code, without the name of a request. */
export function problemsIn({ paths }: PublishedDocument): ReadonlyMap<string, unknown> {
  const operations = Object.values(paths).flatMap((path) => Object.values(path));
  const examples = operations.flatMap(problemExamples);
  return new Map(examples.map(([code, { requestId: _, ...example }]) => [code, example]));
}
