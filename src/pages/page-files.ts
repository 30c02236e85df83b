/** Paths of the files that pages load. */
import { builtFiles } from "./built/files.ts";

/** `digest`: of what is in the file, so that it can be kept for ever. */
export function pageFilePath(digest: string, name: string): string {
  return `/pages/${digest}/${name}`;
}

/** A file of `built/`. One digest is of all of them. */
export function builtFilePath(name: (typeof builtFiles.names)[number]): string {
  return pageFilePath(builtFiles.digest, name);
}
