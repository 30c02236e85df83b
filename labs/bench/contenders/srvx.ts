/** Bare srvx, the server library of Portcullis, with its FastResponse and one constant answer. */
import { FastResponse, serve } from "srvx/node";
import { CONSTANT_BODY } from "./constant.ts";

const init = { headers: { "content-type": "application/json" } };
const server = serve({
  fetch: () => new FastResponse(CONSTANT_BODY, init),
  hostname: "127.0.0.1",
  port: 0,
  silent: true,
});
await server.ready();
console.log(JSON.stringify({ address: new URL(server.url ?? "").origin }));
