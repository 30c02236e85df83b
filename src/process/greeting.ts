/** What a person who starts the server is told once it listens. */
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import type { Settings } from "./settings.ts";
import type { RunningServer } from "./server.ts";

const { version } = packageJson;

/** Where to find what, and the first administrator's password where it was made up: it is shown nowhere else. */
export function greetingOf(
  { address, firstAdmin, dataFolder }: RunningServer,
  settings: Settings,
): string {
  const url = address.replace("127.0.0.1", "localhost");
  const lines = [
    `Portcullis ${version} is ready`,
    `  API      ${url}`,
    ...(settings.NODE_ENV === "production"
      ? []
      : [
          `  Docs     ${url}/docs`,
          `  Outbox   ${join(dataFolder, "outbox")} (mails appear here as .eml files)`,
        ]),
    `  Data     ${withoutPassword(settings.DATABASE_URL)}`,
  ];
  if (firstAdmin?.generatedPassword !== undefined)
    lines.push(
      "",
      "  First start: an administrator was made. Its password is shown this once.",
      `  E-mail   ${firstAdmin.email}`,
      `  Password ${firstAdmin.generatedPassword}`,
    );
  return `${lines.join("\n")}\n`;
}

/** What is said at the start ends in a journal. The query may hold a password too. */
function withoutPassword(databaseUrl: string): string {
  if (databaseUrl.startsWith("sqlite:")) return databaseUrl;
  const url = URL.parse(databaseUrl);
  return url === null ? "PostgreSQL" : `${url.protocol}//${url.host}${url.pathname}`;
}
