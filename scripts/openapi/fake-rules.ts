/** Writes the rules by which the client's fake server checks the inputs of an operation (`client/src/testing/rules.ts`). */
import type { JsonSchema } from "./event-schemas.ts";
import {
  type PublishedDocument,
  type PublishedOperation,
  type PublishedParameter,
  type PublishedSchema,
  resolve,
} from "./published-document.ts";

/** JSON Schema keywords the fake server applies to a value. */
const KEYWORDS = ["type", "enum", "minLength", "maxLength", "pattern", "minimum", "maximum"];
/** The types of values without parts that the fake server can check. */
const TYPES: readonly unknown[] = ["string", "integer", "boolean"];

/** The rules of its path parameters, its query and its body. Throws for what the fake server could not check. */
export function inputsOf(
  document: PublishedDocument,
  { parameters = [], requestBody }: PublishedOperation,
) {
  const body = requestBody?.content["application/json"]?.schema;
  const of = (place: string) => parameters.filter((parameter) => parameter.in === place);
  return {
    params: rulesOf(document, of("path")),
    query: rulesOf(document, of("query")),
    ...(body && { body: bodyOf(document, resolve(document, body)) }),
  };
}

function rulesOf(document: PublishedDocument, parameters: readonly PublishedParameter[]) {
  return Object.fromEntries(
    parameters.map(({ name, schema, required = false }) => [
      name,
      ruleOf(document, name, schema, required),
    ]),
  );
}

/** The forms that a body can have, and the property that tells which is meant, where there is one. */
function bodyOf(document: PublishedDocument, schema: PublishedSchema) {
  const forms = schema.oneOf?.map((form) => resolve(document, form)) ?? schema.anyOf ?? [schema];
  const by = schema.discriminator?.propertyName;
  return { forms: forms.map((form) => fieldsOf(document, form)), ...(by !== undefined && { by }) };
}

function fieldsOf(document: PublishedDocument, { properties = {}, required = [] }: JsonSchema) {
  return Object.fromEntries(
    Object.entries(properties).map(([name, field]) => [
      name,
      ruleOf(document, name, field, required.includes(name)),
    ]),
  );
}

/** Throws for a value that the fake server could not check: it would let everything through. */
function ruleOf(
  document: PublishedDocument,
  name: string,
  schema: JsonSchema,
  isRequired: boolean,
): object {
  const { $ref } = schema;
  if ($ref !== undefined) return ruleOf(document, name, resolve(document, { $ref }), isRequired);
  const [inner, nothing] = schema.anyOf ?? [];
  if (inner !== undefined && nothing?.type === "null")
    return { ...ruleOf(document, name, inner, isRequired), nullable: true };
  return { ...valueRule(document, name, schema), ...(!isRequired && { optional: true }) };
}

function valueRule(document: PublishedDocument, name: string, schema: JsonSchema): object {
  const { type, items, maxItems } = schema;
  if (type === "object") {
    const isLoose = schema.additionalProperties !== false;
    return { type, fields: fieldsOf(document, schema), ...(isLoose && { loose: true }) };
  }
  if (type === "array" && items !== undefined)
    return { type, items: ruleOf(document, name, items, true), maxItems };
  if (!TYPES.includes(type))
    throw new Error(`The fake server cannot check ${name}: it is no ${TYPES.join(", ")}`);
  return Object.fromEntries(Object.entries(schema).filter(([key]) => KEYWORDS.includes(key)));
}
