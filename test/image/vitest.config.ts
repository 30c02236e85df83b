/** `npm run test:image`: builds the image and runs it by podman, as a machine with containers would. */
import { defineConfig } from "vitest/config";
import { clientSources } from "../client-sources.ts";

export default defineConfig({
  ...clientSources,
  test: {
    root: import.meta.dirname,
    include: ["*.test.ts"],
    globalSetup: "build.ts",
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
