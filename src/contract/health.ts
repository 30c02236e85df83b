import { z } from "zod";
import { operation } from "./operation.ts";
import { open } from "./security.ts";

const Health = z
  .strictObject({ status: z.literal("ok") })
  .meta({ id: "Health", description: "It is up.", examples: [{ status: "ok" }] });

export const getHealth = operation({
  operationId: "getHealth",
  method: "GET",
  path: "/healthz",
  tags: ["Operations"],
  summary: "Check that the process is up",
  description: "Answers as long as the process can answer at all. It asks nothing of the database.",
  security: open,
  request: {},
  responses: { 200: { description: "It is up.", body: Health } },
  problems: [],
  events: [],
  selfContained: true,
});

export const getReadiness = operation({
  operationId: "getReadiness",
  method: "GET",
  path: "/readyz",
  tags: ["Operations"],
  summary: "Check that the process can serve",
  description: "Ready while the database can be written and no shutdown has begun.",
  security: open,
  request: {},
  responses: { 200: { description: "It can.", body: Health } },
  problems: ["overloaded"],
  events: [],
  selfContained: true,
});
