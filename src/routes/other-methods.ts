import { route, type RouteDescriptor } from "@hectoday/http";
import type { Cors } from "./cors.ts";
import { requestStateOf } from "./request-state.ts";
import type { Responder } from "./responder.ts";

/** Routes that answer 405 to every other method of a path that is served, and say which it has (IV-13, RFC 9110 §15.5.6). */
export function refuseOtherMethods(
  served: readonly RouteDescriptor[],
  responder: Responder,
  cors: Cors,
): RouteDescriptor[] {
  const byPath = Map.groupBy(served, ({ path }) => path);
  return [...byPath].map(([path, routes]) => {
    const methods = routes.map(({ method }) => method);
    const allow = methods.includes("GET") ? [...methods, "HEAD"] : methods;
    return route.all(path, {
      resolve(c) {
        const state = requestStateOf(c.locals);
        state.pattern = path.replaceAll(/:(\w+)/g, "{$1}");
        return (
          cors.answerPreflight(c) ??
          responder.problem(
            state,
            { problem: "method_not_allowed" },
            { allow: allow.sort().join(", ") },
          )
        );
      },
    });
  });
}
