/** The files that a deployment has of its own: the shades of ACCENT_COLOR, and LOGO. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { pageFilePath } from "../pages/page-files.ts";
import type { PageLook } from "../pages/settings.ts";
import { themeStyle } from "../pages/theme.ts";
import { ownPageFile } from "../platform/page-files.ts";
import type { AssetFile } from "../routes/assets.ts";
import type { Settings } from "./settings.ts";
import { StartRefusedError } from "./start-refused.ts";

/** A logo is seen at 28 pixels: what is larger than this is a photograph. Bytes. */
const LOGO_MAX_BYTES = 100_000;
const PNG_SIGNATURE = "89504e470d0a1a0a";

export interface OwnPageFiles {
  readonly look: PageLook;
  readonly files: readonly AssetFile[];
}

/** Rejects with a `StartRefusedError` where LOGO is no image of ours to serve. */
export async function openPageLook({
  ACCENT_COLOR,
  LOGO,
}: Pick<Settings, "ACCENT_COLOR" | "LOGO">): Promise<OwnPageFiles> {
  const theme =
    ACCENT_COLOR === undefined
      ? undefined
      : fileOf("theme.css", new TextEncoder().encode(themeStyle(ACCENT_COLOR)));
  const logo =
    LOGO === undefined ? undefined : fileOf(`logo${extname(LOGO)}`, await readLogo(LOGO));
  return {
    look: { theme: theme?.path, logo: logo?.path },
    files: [theme, logo].filter((file) => file !== undefined),
  };
}

function fileOf(name: string, content: Uint8Array): AssetFile {
  const digest = createHash("sha256").update(content).digest("hex").slice(0, 16);
  return {
    path: pageFilePath(digest, name),
    find: ownPageFile(name, content),
    caching: "immutable",
  };
}

/** The bytes are judged, since a browser judges by the name and shows a broken image. */
async function readLogo(path: string): Promise<Uint8Array> {
  const content = await readFile(path).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartRefusedError(`Setting LOGO names a file that cannot be read: ${reason}`);
  });
  if (content.length > LOGO_MAX_BYTES)
    throw new StartRefusedError(
      `Setting LOGO names a file of ${content.length} bytes: at most ${LOGO_MAX_BYTES} are served with every page`,
    );
  const isImage =
    extname(path) === ".png"
      ? content.subarray(0, 8).toString("hex") === PNG_SIGNATURE
      : /<svg[\s>]/.test(content.toString("utf8"));
  if (!isImage)
    throw new StartRefusedError(
      `Setting LOGO names a file that is no ${extname(path).slice(1).toUpperCase()}, as its name says it is`,
    );
  return content;
}
