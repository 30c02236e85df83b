import { defineConfig } from "vitest/config";
import { clientSources } from "../../client-sources.ts";

/**
 * The journeys whose requests are made in the test's own process. In the others programs of their own make
 * them (examples, getting-started), or they are about Prism's like: the fake server, the answers themselves.
 */
const journeys = [
  ...["sign-in", "refresh", "reset", "reset-limits", "events", "verify"],
  ...["proved-addresses", "providers"],
].map((name) => `journeys/${name}.test.ts`);
const matrices = ["matrix/endings.test.ts"];

export default defineConfig({
  ...clientSources,
  test: {
    root: new URL("../../", import.meta.url).pathname,
    include: [...journeys, ...matrices],
    setupFiles: new URL("setup.ts", import.meta.url).pathname,
    maxWorkers: 1,
    // One more process for each server.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
