/**
 * `node scripts/check/client-size.ts`: measures how much each entry point of the client adds to a bundle, with
 * everything it imports, minified and gzipped. Fails if one exceeds its bound.
 */
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { judgeSizes } from "./sizes.ts";

interface EntryPoint {
  readonly name: string;
  readonly file: string;
  readonly maxBytes: number;
}

/**
 * Entry points for browsers. 1 kB is 1000 bytes. Each operation adds some 40 bytes to the table in the first; some 600
 * are `signOut`, and errors that say at once what would otherwise be a 401 later, or a session that lives on; some 350
 * sign-ins of several steps; some 180 tell of results. Each mail and event of the log adds to the last two and the second.
 */
const entryPoints: readonly EntryPoint[] = [
  { name: "@portcullis/client", file: "client/src/index.ts", maxBytes: 6_800 },
  { name: "@portcullis/client/events", file: "client/src/events/index.ts", maxBytes: 9_600 },
  { name: "@portcullis/client/passkeys", file: "client/src/passkeys/index.ts", maxBytes: 2_500 },
  { name: "@portcullis/client/providers", file: "client/src/providers/index.ts", maxBytes: 4_000 },
  { name: "@portcullis/client/react", file: "client/src/react/index.ts", maxBytes: 700 },
  { name: "@portcullis/client/session", file: "client/src/session/index.ts", maxBytes: 1_400 },
  { name: "@portcullis/client/verify", file: "client/src/verify/index.ts", maxBytes: 8_000 },
  { name: "@portcullis/client/testing", file: "client/src/testing/index.ts", maxBytes: 22_200 },
];

const sizes = await Promise.all(
  entryPoints.map(async (entry) => ({ ...entry, bytes: await gzippedBytes(entry.file) })),
);
judgeSizes("entry point", sizes);

/** Bundles the entry point into one ES module, as an application would, and gzips that. */
async function gzippedBytes(file: string): Promise<number> {
  const input = fileURLToPath(new URL(`../../${file}`, import.meta.url));
  const bundle = await rolldown({
    input,
    platform: "browser",
    external: ["react"],
    logLevel: "silent",
  });
  const { output } = await bundle.generate({ format: "esm", minify: true });
  await bundle.close();
  return output.reduce(
    (sum, chunk) => sum + (chunk.type === "chunk" ? gzipSync(chunk.code, { level: 9 }).length : 0),
    0,
  );
}
