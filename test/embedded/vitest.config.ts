/**
 * `npm run test:embedded`: the server's own journeys and attacks, through the `fetch` of an embedded server (EB-01). Every
 * file that speaks to a server in its own process, but those about the listener, which is the host's.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import usual from "../../vitest.config.ts";

const aboutTheListener = [
  "test/attack/hosts.test.ts",
  "test/attack/slow-bodies.test.ts",
  "test/attack/wire.test.ts",
];
const startsAServerHere = /in-process-server|servers-in-trouble|csrf-victim/;

function journeysIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => join(folder, name))
    .filter((file) => startsAServerHere.test(readFileSync(file, "utf8")))
    .filter((file) => !aboutTheListener.includes(file));
}

export default defineConfig({
  ...usual,
  test: {
    ...usual.test,
    env: { TEST_EMBEDDED: "on" },
    include: [
      "test/embedded/*.test.ts",
      ...["journeys", "attack", "matrix", "server"].map((run) => `test/${run}`).flatMap(journeysIn),
    ],
    exclude: ["**/node_modules/**"],
  },
});
