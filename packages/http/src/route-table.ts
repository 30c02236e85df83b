import { addRoute, compareRoutes, createRouter, findRoute } from "rou3";
import type { RawParams } from "./context.ts";
import { createRecord } from "./record.ts";
import type { RouteDescriptor } from "./route.ts";
import { decodePercent } from "./url.ts";

/** A route that answers a request, with the path parameters it captured. */
export interface RouteMatch {
  route: RouteDescriptor;
  params: RawParams;
}

/** Looks up the route for a method and a raw path; `undefined` when none answers both. */
export type FindRoute = (method: string, pathname: string) => RouteMatch | undefined;

/**
 * Builds the lookup. Throws where two routes of one method match the very same paths, because one
 * of them could never answer.
 */
export function createRouteTable(routes: readonly RouteDescriptor[]): FindRoute {
  rejectDuplicates(routes);
  const router = createRouter<RouteDescriptor>();
  for (const route of routes) addRoute(router, route.method, route.path, route);

  return (method, pathname) => {
    let found = findRoute(router, method, pathname);
    // For HEAD the router prefers an all-route to a GET route, which it does not know to be related.
    if (method === "HEAD" && found?.data.method !== "HEAD") {
      found = findRoute(router, "GET", pathname);
    }
    return found && { route: found.data, params: decodeParams(found.params) };
  };
}

function rejectDuplicates(routes: readonly RouteDescriptor[]): void {
  routes.forEach((route, index) => {
    const earlier = routes
      .slice(0, index)
      .find((other) => other.method === route.method && isSamePath(other.path, route.path));
    if (earlier === undefined) return;
    const method = route.method || "ALL";
    throw new Error(`${method} ${route.path} is already answered by ${method} ${earlier.path}`);
  });
}

function isSamePath(a: string, b: string): boolean {
  return a === b || compareRoutes(a, b) === "equal";
}

function decodeParams(captured: RawParams | undefined): RawParams {
  const params = createRecord<string>();
  if (captured === undefined) return params;
  for (const [name, value] of Object.entries(captured)) params[name] = decodePercent(value);
  return params;
}
