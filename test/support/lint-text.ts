import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ESLint } from "eslint";
import { fileRules } from "../../lint/config.ts";

export const root = fileURLToPath(new URL("../../", import.meta.url));
// Without the rules that ask the compiler, which knows no file that is not there.
const eslint = new ESLint({ cwd: root, overrideConfigFile: true, overrideConfig: fileRules });

/** `rule: message` for all the linter says of a file with these contents, whether it exists or not. */
export async function faultsOf(file: string, source: string): Promise<string[]> {
  const results = await eslint.lintText(source, { filePath: join(root, file) });
  return results.flatMap(({ messages }) =>
    messages.map(({ ruleId, message }) => `${ruleId ?? "eslint"}: ${message}`),
  );
}
