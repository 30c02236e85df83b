/**
 * Every way a request can fail, as RFC 9457 problem documents. A code is written here once: its
 * status, its schema, its page under `/problems/` and the SDK's types all come from this catalogue.
 */
import { z } from "zod";
import { pagePaths } from "./page-paths.ts";
import type { ProblemDescription } from "./problem-description.ts";
import { descriptions } from "./problem-descriptions.ts";
import { detailSchema, fillDetail } from "./problem-fields.ts";
import { Id } from "./values.ts";

export type ProblemCode = keyof typeof descriptions;
export const problemCodes: readonly ProblemCode[] = Object.keys(descriptions) as ProblemCode[]; // keys of a literal

export interface ProblemDefinition extends ProblemDescription {
  readonly code: ProblemCode;
  /** The page that explains it: `/problems/email-taken`. */
  readonly type: string;
  readonly schema: z.ZodObject;
}

type FieldsOf<C extends ProblemCode> = (typeof descriptions)[C] extends { fields: infer F }
  ? { [K in keyof F]: F[K] extends z.ZodType ? z.output<F[K]> : never }
  : unknown;
/** The fields that a handler gives besides the code: `reasons`, `issues`, `retryAfterSeconds`. */
export type ProblemFields<C extends ProblemCode> = FieldsOf<C>;

/** The name of a problem's page and the last segment of its `type`. */
export function problemSlug(code: ProblemCode): string {
  return code.replaceAll("_", "-");
}

/** The sentence of an answer: the catalogue's, with the fields of this failure at their places. */
export function detailOf(code: ProblemCode, fields: Readonly<Record<string, unknown>>): string {
  return fillDetail(catalogue[code].detail, (name) => String(fields[name]));
}

/** Fills the sentence with examples, for people who read of the problem and have not met it. */
export function detailInGeneral(code: ProblemCode): string {
  return fillDetail(catalogue[code].detail, () => "…");
}

/** A problem's definition, its schema included. */
export function problem(code: ProblemCode): ProblemDefinition {
  return catalogue[code];
}

const catalogue = Object.fromEntries(
  problemCodes.map((code) => [code, define(code, descriptions[code])]),
) as Record<ProblemCode, ProblemDefinition>; // one entry per key of `descriptions`

function define(code: ProblemCode, description: ProblemDescription): ProblemDefinition {
  const type = `${pagePaths.problems}/${problemSlug(code)}`;
  const { status, title, detail, fields = {}, exampleFields = {} } = description;
  const example = {
    type,
    title,
    status,
    detail: fillDetail(detail, (field) => String(exampleFields[field])),
    code,
    requestId: "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e42",
  };
  const schema = z
    .strictObject({
      type: z.literal(type).meta({ description: "The page that explains this problem." }),
      title: z.literal(title),
      status: z.literal(status),
      detail: detailSchema(detail),
      code: z.literal(code),
      requestId: Id,
      ...fields,
    })
    .meta({
      id: `${pascalCase(code)}Problem`,
      description: `${title}. ${description.remedy}`,
      examples: [{ ...example, ...exampleFields }],
    });
  return { ...description, code, type, schema };
}

/** `email_taken` as `EmailTaken`: how codes and events are called in the document's schemas. */
export function pascalCase(name: string): string {
  return name
    .split("_")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}
