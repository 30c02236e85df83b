/** Files to serve: read and compressed once, when they are first asked for. */
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Asset } from "../routes/assets.ts";

const compress = promisify(gzip);

/** Until it is asked for, nothing is read, and no memory is taken. */
export function assetOnDemand(
  contentType: string,
  read: () => Promise<Uint8Array>,
): () => Promise<Asset> {
  let kept: Promise<Asset> | undefined;
  return () => {
    kept ??= make(contentType, read).catch((error: unknown) => {
      // A file that could not be read for a moment is asked for again, not remembered as broken.
      kept = undefined;
      throw error;
    });
    return kept;
  };
}

async function make(contentType: string, read: () => Promise<Uint8Array>): Promise<Asset> {
  const plain = new Uint8Array(await read());
  const gzipped = new Uint8Array(await compress(plain));
  const digest = createHash("sha256").update(plain).digest("base64url").slice(0, 22);
  return { contentType, plain, gzipped, etag: `W/"${digest}"` };
}
