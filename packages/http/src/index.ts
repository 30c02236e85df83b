export { cors } from "./cors.ts";
export { createRoutes, group, route } from "./route.ts";
export { setup } from "./setup.ts";

export type {
  Context,
  InputState,
  InputStateFailed,
  InputStateOk,
  ValidationIssue,
} from "./context.ts";
export type { CorsOptions, CorsResult } from "./cors.ts";
export type { RequestOptions } from "./request.ts";
export type { RouteConfig, RouteDescriptor, RouteFactory } from "./route.ts";
export type { App, SetupConfig } from "./setup.ts";
