/**
 * `npm run test:oldest`: the attacks that are bytes on a connection, on the oldest Node that is supported. What Node's
 * parser does with them is the version's own; everything else is the same on each, and tested by `npm test`.
 */
import { defineConfig } from "vitest/config";
import usual from "../../vitest.config.ts";

const attacks = [
  "wire",
  "pipelining",
  "paths",
  "methods",
  "hosts",
  "media-types",
  "bodies",
  "body-size",
  "slow-bodies",
].map((name) => `test/attack/${name}.test.ts`);

export default defineConfig({
  ...usual,
  test: {
    ...usual.test,
    include: [
      "test/oldest/node.test.ts",
      ...attacks,
      "test/server/client-address.test.ts",
      "test/server/slow-clients.test.ts",
    ],
    exclude: ["**/node_modules/**"],
  },
});
