/**
 * Hands on the token of an answer in Swagger UI: what one operation has begun stands in the body of the one that ends it,
 * so that a signup or a sign-in by mail is walked by clicking. The code of the mail is typed over that of the example.
 */
import { isObject } from "./local-references.ts";
import type { Json, SwaggerUIPlugin } from "./swagger-ui.ts";

export const handedOn: SwaggerUIPlugin = () => ({
  statePlugins: {
    spec: {
      wrapActions: {
        setResponse:
          (original, { specSelectors, oas3Actions }) =>
          (path, method, response) => {
            const token = response.ok ? tokenIn(response.obj) : undefined;
            if (token === undefined) return original(path, method, response);
            for (const { body, pathMethod } of endsOf(
              specSelectors.specJson().toJS(),
              path,
              token,
            )) {
              oas3Actions.setRequestBodyValue({ value: JSON.stringify(body, null, 2), pathMethod });
              oas3Actions.setRetainRequestBodyValueFlag({ value: true, pathMethod });
            }
            return original(path, method, response);
          },
      },
    },
  },
});

interface Token {
  /** `challengeToken` is good for the operation beneath the one that gave it; `loginToken` for all that take it. */
  readonly name: "challengeToken" | "loginToken";
  readonly value: string;
}

function tokenIn(answer: unknown): Token | undefined {
  if (typeof answer !== "object" || answer === null) return undefined;
  for (const name of ["challengeToken", "loginToken"] as const) {
    const value: unknown = Reflect.get(answer, name);
    if (typeof value === "string") return { name, value };
  }
  return undefined;
}

/** The operations that the token ends something at, each with the body to send: its first example, with the token. */
function* endsOf(document: Json, begun: string, { name, value }: Token) {
  const paths = isObject(document) ? document["paths"] : undefined;
  for (const [path, methods] of Object.entries(isObject(paths) ? paths : {})) {
    if (name === "challengeToken" && path.slice(0, path.lastIndexOf("/")) !== begun) continue;
    for (const [method, operation] of Object.entries(isObject(methods) ? methods : {})) {
      const example = firstExample(operation);
      if (!isObject(example) || !(name in example)) continue;
      yield { body: { ...example, [name]: value }, pathMethod: [path, method] as const };
    }
  }
}

/** The example of an operation's body that is shown first. */
function firstExample(operation: Json): Json | undefined {
  const examples = ["requestBody", "content", "application/json", "examples"].reduce<
    Json | undefined
  >((inside, key) => (isObject(inside) ? inside[key] : undefined), operation);
  const [first] = Object.values(isObject(examples) ? examples : {});
  return isObject(first) ? first["value"] : undefined;
}
