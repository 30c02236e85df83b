/**
 * `npm run test:embedded`: the server's own journeys and attacks, through the `fetch` of an embedded server (EB-01). Of the
 * attacks, those that are about requests: the rules behind them are the same code, and how a listener defends itself is
 * the host's.
 */
import { defineConfig } from "vitest/config";
import usual from "../../vitest.config.ts";

const attacksByRequests = [
  ...["bodies", "body-size", "csrf", "limits", "lists", "media-types", "methods"],
  ...["metrics", "origins", "paths", "queries", "refusals"],
].map((name) => `test/attack/${name}.test.ts`);

/** All that speak to a server in the test's own process. */
const journeys = ["administrative-acts", "password-policy", "providers", "second-steps"].map(
  (name) => `test/journeys/${name}.test.ts`,
);

export default defineConfig({
  ...usual,
  test: {
    ...usual.test,
    env: { TEST_EMBEDDED: "on" },
    include: [
      "test/embedded/*.test.ts",
      ...journeys,
      ...attacksByRequests,
      "test/matrix/answers.test.ts",
    ],
    exclude: ["**/node_modules/**"],
  },
});
