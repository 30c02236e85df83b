/**
 * `node scripts/client-size.ts`: what each entry point of the client weighs in somebody's bundle, all
 * of it with what it imports, minified and gzipped. Fails where one is over its bound.
 */
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { formatTable } from "../src/commands/table.ts";

interface EntryPoint {
  readonly name: string;
  readonly file: string;
  readonly maxBytes: number;
}

/** The entry points that go to browsers. 1 kB is 1000 bytes. */
const entryPoints: readonly EntryPoint[] = [
  { name: "@portcullis/client", file: "client/src/index.ts", maxBytes: 4_500 },
  { name: "@portcullis/client/events", file: "client/src/events/index.ts", maxBytes: 8_000 },
  { name: "@portcullis/client/verify", file: "client/src/verify/index.ts", maxBytes: 8_000 },
  { name: "@portcullis/client/testing", file: "client/src/testing/index.ts", maxBytes: 8_000 },
];

const sizes = await Promise.all(
  entryPoints.map(async (entry) => ({ ...entry, bytes: await gzippedBytes(entry.file) })),
);
console.log(
  formatTable(
    ["entry point", "gzipped", "bound", ""],
    sizes.map(({ name, bytes, maxBytes }) => [
      name,
      `${bytes} B`,
      `${maxBytes} B`,
      bytes > maxBytes ? "TOO LARGE" : "ok",
    ]),
  ),
);
if (sizes.some(({ bytes, maxBytes }) => bytes > maxBytes)) process.exitCode = 1;

/** One ES module of everything the entry point exports, as a bundler would ship it to a browser. */
async function gzippedBytes(file: string): Promise<number> {
  const input = fileURLToPath(new URL(`../${file}`, import.meta.url));
  const bundle = await rolldown({ input, platform: "browser" });
  const { output } = await bundle.generate({ format: "esm", minify: true });
  await bundle.close();
  return output.reduce(
    (sum, chunk) => sum + (chunk.type === "chunk" ? gzipSync(chunk.code, { level: 9 }).length : 0),
    0,
  );
}
