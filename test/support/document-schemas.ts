/** The published document, and its schemas as an independent validator understands them. */
import { Ajv2020 } from "ajv/dist/2020.js";
import { fullFormats } from "ajv-formats/dist/formats.js";
import { OPEN } from "../../src/contract/open-enum.ts";
import { buildDocument } from "../../src/contract/document.ts";
import { operations } from "../../src/contract/operations.ts";

/** Anything of the document: it is read as JSON, as its readers do. */
export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

const NAME = "portcullis";

/** The document of the contract as it stands, through JSON. */
export const document: Json = JSON.parse(JSON.stringify(buildDocument(operations, "0.0.0")));

/** The member of `json` at `path`; a missing one is an error that says where. */
export function at(json: Json, ...path: readonly (string | number)[]): Json {
  return path.reduce<Json>((inside, key) => {
    const member = entriesOf(inside).find(([name]) => name === String(key))?.[1];
    if (member === undefined) throw new Error(`The document has nothing at ${path.join(" / ")}`);
    return member;
  }, json);
}

/** The entries of an object or array; none where `json` is neither or absent. */
export function entriesOf(json: Json | undefined): [string, Json][] {
  return typeof json === "object" && json !== null ? Object.entries(json) : [];
}

/** `json` and everything in it, each with the path to it. */
export function* everything(
  json: Json,
  path: readonly string[] = [],
): Generator<[readonly string[], Json]> {
  yield [path, json];
  for (const [key, member] of entriesOf(json)) yield* everything(member, [...path, key]);
}

const ajv = new Ajv2020({
  strict: true,
  strictTypes: true,
  strictRequired: true,
  formats: {
    "date-time": fullFormats["date-time"],
    uuid: fullFormats.uuid,
    uri: fullFormats.uri,
    int32: fullFormats.int32,
    // Annotations, as JSON Schema 2020-12 §7.2.1 has it by default: what is accepted, `pattern` and the bounds say.
    email: true,
    "idn-email": true,
    password: true,
  },
});
ajv.addVocabulary(["x-secret", OPEN, "discriminator"]);
ajv.addSchema({ $defs: absolute(at(document, "components", "schemas")) }, NAME);

/** A predicate for values that match a schema of the document; references lead into its components. */
export function validatorOf(schema: Json): (value: unknown) => boolean {
  const validate = ajv.compile({ allOf: [absolute(schema)] });
  return (value) => validate(value);
}

function absolute(json: Json): Json {
  return JSON.parse(JSON.stringify(json).replaceAll('"#/components/schemas/', `"${NAME}#/$defs/`));
}
