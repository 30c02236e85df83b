/**
 * Hands on the token of an answer in Swagger UI: what one operation has begun stands in the body of the one that ends it,
 * in each form the body can have, so that a signup, a sign-in or a second factor is walked by clicking. A code is typed
 * over that of the example.
 */
import { isList, isObject, resolvedAt } from "./local-references.ts";
import type { Json, SwaggerUIPlugin } from "./swagger-ui.ts";

type JsonObject = Readonly<Record<string, Json>>;

export const handedOn: SwaggerUIPlugin = () => ({
  statePlugins: {
    spec: {
      wrapActions: {
        setResponse:
          (original, { specSelectors, specActions, oas3Actions }) =>
          (path, method, response) => {
            const token = response.ok ? tokenIn(response.obj) : undefined;
            if (token === undefined) return original(path, method, response);
            const document = specSelectors.specJson().toJS();
            for (const pathMethod of endsOf(document, path, token)) {
              const at = ["paths", ...pathMethod];
              const shown = specSelectors.specResolvedSubtree(at)?.toJS();
              const operation = shown ?? resolvedAt(document, at);
              const forms = formsOf(operation).map((form) => withToken(form, token));
              const value = JSON.stringify(chosen(forms, token), null, 2);
              specActions.updateResolvedSubtree(at, withForms(operation, forms));
              oas3Actions.setRequestBodyValue({ value, pathMethod });
              oas3Actions.setRetainRequestBodyValueFlag({ value: true, pathMethod });
            }
            return original(path, method, response);
          },
      },
    },
  },
});

/** `loginToken` is good for all that take it; the others for the operation that ends what was begun. */
const tokenNames = ["challengeToken", "loginToken", "setupToken"] as const;

interface Token {
  readonly name: (typeof tokenNames)[number];
  readonly value: string;
  /** True of the form that goes on from this answer. */
  readonly isNext: (form: JsonObject) => boolean;
}

function tokenIn(answer: Json | undefined): Token | undefined {
  if (!isObject(answer)) return undefined;
  for (const name of tokenNames) {
    const value = answer[name];
    if (typeof value === "string") return { name, value, isNext: nextAfter(answer) };
  }
  return undefined;
}

/** A first step names the methods of the second; a passkey is asked for with `options`, and answered by a `credential`. */
function nextAfter(answer: JsonObject): Token["isNext"] {
  const { secondFactors } = answer;
  if (secondFactors === undefined || !isList(secondFactors))
    return (form) => "credential" in form === "options" in answer;
  const [method = "none"] = secondFactors;
  return (form) => form["method"] === method;
}

/** The operations that the token ends something at: beneath the one that gave it, or the one that this was the start of. */
function* endsOf(document: Json, begun: string, { name }: Token) {
  const paths = memberOf(document, "paths");
  for (const [path, methods] of Object.entries(isObject(paths) ? paths : {})) {
    const isEnd = path.slice(0, path.lastIndexOf("/")) === begun || `${path}/start` === begun;
    if (name !== "loginToken" && !isEnd) continue;
    for (const [method, operation] of Object.entries(isObject(methods) ? methods : {}))
      if (formsOf(operation).some((form) => name in form)) yield [path, method] as const;
  }
}

function withToken(form: JsonObject, { name, value }: Token): JsonObject {
  return name in form ? { ...form, [name]: value } : form;
}

function chosen(forms: readonly JsonObject[], { name, isNext }: Token): JsonObject | undefined {
  const taking = forms.filter((form) => name in form);
  return taking.find(isNext) ?? taking[0];
}

/** The bodies that an operation shows as examples, one for each form. */
function formsOf(operation: Json): JsonObject[] {
  const forms = Object.values(examplesOf(operation)).map((example) => memberOf(example, "value"));
  return forms.filter(isObject);
}

/** The operation with these bodies in place of those it shows. */
function withForms(operation: Json, forms: readonly JsonObject[]): Json {
  const entries = Object.entries(examplesOf(operation)).map(([name, example], index) => {
    const shown: Json = { ...(isObject(example) ? example : {}), value: forms[index] ?? null };
    return [name, shown] as const;
  });
  const examples: JsonObject = Object.fromEntries(entries);
  return replaced(operation, toExamples, examples);
}

const toExamples = ["requestBody", "content", "application/json", "examples"];

function examplesOf(operation: Json): JsonObject {
  const examples = toExamples.reduce<Json | undefined>(
    (inside, key) => memberOf(inside, key),
    operation,
  );
  return isObject(examples) ? examples : {};
}

/** A copy with another value at `path`. */
function replaced(json: Json, [key, ...path]: readonly string[], value: Json): Json {
  if (key === undefined) return value;
  if (!isObject(json)) return json;
  return { ...json, [key]: replaced(json[key] ?? null, path, value) };
}

function memberOf(json: Json | undefined, key: string): Json | undefined {
  return isObject(json) ? json[key] : undefined;
}
