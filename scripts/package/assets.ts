/** The files of the package that are no code. `src/platform/files.ts` finds them again. */
import { cp, glob } from "node:fs/promises";
import { extname } from "node:path";
import { BUNDLED } from "./bundle.ts";
import { swaggerFileNames } from "../../src/platform/files.ts";

const root = new URL("../../", import.meta.url);
const swagger = new URL("./", import.meta.resolve("swagger-ui-dist/package.json"));

/** Beneath `src/`, whatever is no program: it keeps its path, so a new one needs no word here. */
const BESIDE_CODE = ["src/**/*.{html,css,json}", "src/pages/built/*.{js,svg}"];
const NO_ASSET = "tsconfig.json";
const AT_ROOT = ["openapi/openapi.json", "docs/**/*", "LICENSE", "README.md", "CHANGELOG.md"];
/** They would be a third of the package. The docs can be read without. */
const PICTURES = "docs/pictures/**";
/** Beside the two that are served: what the Apache licence asks for, and the notices of what is inside the bundle. */
const SWAGGER_NOTICES = ["LICENSE", "NOTICE", "swagger-ui-bundle.js.LICENSE.txt"];

export async function copyFiles(folder: URL): Promise<void> {
  for await (const path of glob(BESIDE_CODE, { cwd: root }))
    if (!path.endsWith(NO_ASSET))
      await cp(new URL(path, root), new URL(path.replace(/^src/, "dist"), folder));
  for await (const path of glob(AT_ROOT, { cwd: root, exclude: [PICTURES] }))
    if (extname(path) !== "" || path === "LICENSE")
      await cp(new URL(path, root), new URL(path, folder));
  for (const name of [...swaggerFileNames, ...SWAGGER_NOTICES])
    await cp(new URL(name, swagger), new URL(`dist/swagger-ui/${name}`, folder));
  for (const name of BUNDLED)
    await cp(
      new URL(`node_modules/${name}/LICENSE`, root),
      new URL(`dist/licenses/${name}.txt`, folder),
    );
}
