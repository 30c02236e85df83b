/** Watches every answer that comes to this process by `fetch`, which the SDK uses. */
import type { OperationId } from "../../src/contract/operations.ts";
import { operationOf } from "./documented-answers.ts";

/** Hands every answer of an operation to `look` before its caller gets it. Call the result to stop. */
export function watchAnswers(
  look: (id: OperationId, response: Response) => Promise<void>,
): () => void {
  const send = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const response = await send(request);
    const id = operationOf(request.method, request.url);
    if (id !== undefined) await look(id, response);
    return response;
  };
  return () => {
    globalThis.fetch = send;
  };
}
