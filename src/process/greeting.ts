/** The words for a person who starts the server, once it listens. */
import packageJson from "../../package.json" with { type: "json" };
import type { DatabaseTarget } from "../storage/engine/target.ts";
import type { RunningServer } from "./server.ts";
import type { Settings } from "./settings.ts";

const { version } = packageJson;

/** Says where to find what; and the first administrator's password where it was made up, which is shown nowhere else. */
export function greetingOf(
  { address, firstAdmin, outboxFolder }: RunningServer,
  settings: Settings,
): string {
  const url = address.replace("127.0.0.1", "localhost");
  const lines = [
    `Portcullis ${version} is ready`,
    `  API      ${url}`,
    ...(settings.NODE_ENV === "production"
      ? []
      : [`  Docs     ${url}/docs`, `  Outbox   ${outboxFolder} (mails appear here as .eml files)`]),
    `  Data     ${withoutPassword(settings.database)}`,
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

/** The greeting ends in a journal. The query of a URL may hold a password too. */
function withoutPassword(database: DatabaseTarget): string {
  if (database.kind === "sqlite") return `sqlite:${database.path}`;
  const url = URL.parse(database.url);
  return url === null ? "PostgreSQL" : `${url.protocol}//${url.host}${url.pathname}`;
}
