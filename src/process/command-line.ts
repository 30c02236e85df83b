/** The commands as somebody types them, who has Portcullis as a package or as a repository: written once, for every text that names one. */
import { isPackaged } from "../platform/files.ts";

/** `npx portcullis users verify <id>`, or `npm run users -- verify <id>` in the repository. */
export function commandLine(name: string, words = ""): string {
  const given = words === "" ? "" : ` ${words}`;
  if (isPackaged) return `npx portcullis ${name}${given}`;
  const script = name === "start" ? "npm start" : `npm run ${name}`;
  return given === "" ? script : `${script} --${given}`;
}

/** Lists the commands. */
export const overviewLine = isPackaged ? "npx portcullis --help" : "node src/command.js --help";
