/** Compares an answer from the wire with the published document, by a validator that is not ours. */
import type { OperationDescription } from "../../src/contract/operation.ts";
import { type OperationId, operationIds, operations } from "../../src/contract/operations.ts";
import { at, document, entriesOf, type Json, validatorOf } from "./document-schemas.ts";

const described: Readonly<Record<OperationId, OperationDescription>> = operations;

/** Every `operationId status` of the document. */
export const documentedAnswers: readonly string[] = operationIds.flatMap((id) =>
  entriesOf(responsesOf(id)).map(([status]) => `${id} ${status}`),
);

/** The operation of a request; undefined where its path and method are none. */
export function operationOf(method: string, url: string): OperationId | undefined {
  const { pathname } = new URL(url);
  return operationIds.find((id) => {
    const template = described[id].path.replaceAll(/[.]/g, "\\.").replaceAll(/\{\w+\}/g, "[^/]+");
    return described[id].method === method && new RegExp(`^${template}$`).test(pathname);
  });
}

/** One line for each difference between an answer and the document. Reads a clone of the answer. */
export async function answerFaults(id: OperationId, response: Response): Promise<string[]> {
  const name = `${id} ${response.status}`;
  const documented = entriesOf(responsesOf(id)).find(([key]) => key === String(response.status));
  if (documented === undefined) return [`${name} is not documented`];
  const [, answer] = documented;
  const [content] = entriesOf(answer).flatMap(([key, media]) =>
    key === "content" ? entriesOf(media) : [],
  );
  const body = await response.clone().text();
  const faults: string[] = [];
  const mediaType = response.headers.get("content-type") ?? undefined;
  if (mediaType !== content?.[0]) faults.push(`${name} comes as ${mediaType ?? "no media type"}`);
  if (content === undefined) {
    if (body !== "") faults.push(`${name} has a body`);
  } else {
    const [documentedType, media] = content;
    const value: unknown = /json$/.test(documentedType) ? JSON.parse(body) : body;
    if (!validatorOf(at(media, "schema"))(value)) faults.push(`${name} is another body: ${body}`);
  }
  const headers = entriesOf(answer).find(([key]) => key === "headers")?.[1];
  for (const [header, described] of entriesOf(headers))
    if (!response.headers.has(header) && isRequired(described))
      faults.push(`${name} lacks ${header}`);
  return faults;
}

/** A header that is described by reference is required, all of them: `document.test.ts`. */
function isRequired(header: Json): boolean {
  return !entriesOf(header).some(([key, value]) => key === "required" && value === false);
}

function responsesOf(id: OperationId): Json {
  const { path, method } = described[id];
  return at(document, "paths", path, method.toLowerCase(), "responses");
}
