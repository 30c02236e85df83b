/** The published document, for a server that is mounted beneath a path. */
import { pagePaths } from "./page-paths.ts";

/** Answers the text of the document with `mountPath` before each path that leads somewhere: its server, links, types of problems. */
export function mountedDocument(document: string, mountPath: string): string {
  if (mountPath === "") return document;
  return (
    document
      .replace(/("servers":\s*\[\s*\{\s*"url":\s*)"\/"/, `$1"${mountPath}"`)
      // Links of Markdown, in descriptions.
      .replaceAll("](/", `](${mountPath}/`)
      .replaceAll(new RegExp(`"(${pagePaths.problems}/[a-z-]+)"`, "g"), `"${mountPath}$1"`)
  );
}
