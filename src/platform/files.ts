/**
 * Finds the files that a running server reads. They lie beside its code: in the repository beneath `src/`, in the
 * package beneath `dist/`, where `npm run package` puts them under the same names. Nothing else knows of the two.
 */
import { createRequire } from "node:module";

/** True in the package, where the code is JavaScript in one flat folder. */
export const isPackaged = import.meta.url.endsWith(".js");

const code = new URL(isPackaged ? "./" : "../", import.meta.url);

/** Finds a file that lies beside the code, by its path in `src/`: `mails/preview.html`. A folder's path ends in "/". */
export function codeFile(path: string): URL {
  return new URL(path, code);
}

/** Finds a file by its path in the repository or in the package: `package.json`. */
export function rootFile(path: string): URL {
  return new URL(`../${path}`, code);
}

/** Finds the program of a worker thread, by its name in `src/platform/`: `hash-worker`. Each has a file of its own, also in the package. */
export function workerFile(name: `${string}-worker`): URL {
  return isPackaged ? codeFile(`${name}.js`) : new URL(`./${name}.ts`, import.meta.url);
}

/** The files of Swagger UI that `/docs` loads. */
export const swaggerFileNames = ["swagger-ui.css", "swagger-ui-bundle.js"] as const;

/**
 * Finds a file of Swagger UI. The package has copies: swagger-ui-dist has an install script, of @scarf/scarf, about
 * which npm would warn everybody who installs Portcullis.
 */
export function swaggerFile(name: (typeof swaggerFileNames)[number]): URL | string {
  return isPackaged
    ? codeFile(`swagger-ui/${name}`)
    : createRequire(import.meta.url).resolve(`swagger-ui-dist/${name}`);
}
