/** The words for a person who starts the server, once it listens. */
import { resolve } from "node:path";
import { pagePaths } from "../contract/page-paths.ts";
import type { ProviderOptions } from "../platform/providers/provider-options.ts";
import type { DatabaseTarget } from "../storage/engine/target.ts";
import type { RunningServer } from "./server.ts";
import { mountPathOf } from "./setting-variables.ts";
import type { Settings } from "./settings.ts";
import { version } from "./version.ts";

/** Says where to find what; and the first administrator's password, or where it is, where it was made up. */
export function greetingOf(
  { address, firstAdmin, passwordFile, outboxFolder, remarks }: RunningServer,
  settings: Settings,
): string {
  const url = `${openable(address)}${mountPathOf(settings)}`;
  const isProduction = settings.NODE_ENV === "production";
  const lines = [
    `Portcullis ${version} is ready`,
    `  API      ${url}`,
    ...(settings.DOCS === "on" ? [`  Docs     ${url}${pagePaths.docs}`] : []),
    ...(settings.SMTP_URL === undefined
      ? [`  Outbox   ${resolve(outboxFolder)} (mails appear here as .eml files)`]
      : []),
    `  Signup   ${aboutSignup[settings.SIGNUP]}`,
    ...(isProduction ? [] : settings.providers.map(aboutProvider)),
    ...(isProduction ? [] : [`  Cookies  ${aboutCookies(settings)}`]),
    `  Data     ${withoutPassword(settings.database)}`,
    ...remarks.map((remark) => `  Beware   ${remark}`),
  ];
  if (firstAdmin?.password !== undefined)
    lines.push(
      "",
      "  First start: an administrator was made. Its password is shown this once.",
      `  E-mail   ${firstAdmin.email}`,
      `  Password ${firstAdmin.password}`,
    );
  else if (passwordFile !== undefined)
    lines.push(
      "",
      firstAdmin === undefined
        ? "  The first administrator has not signed in yet. Its password is in a file, which is deleted when it does."
        : "  First start: an administrator was made. Its password is in a file, which is deleted when it signs in.",
      `  E-mail   ${passwordFile.email}`,
      `  Password in ${passwordFile.path}`,
    );
  return `${lines.join("\n")}\n`;
}

/** A browser opens no "all addresses"; and a loopback address has a name, which people type. */
function openable(address: string): string {
  return address.replace(/^http:\/\/(?:127\.0\.0\.1|0\.0\.0\.0|\[::\]):/, "http://localhost:");
}

const aboutSignup = {
  open: "open, by SIGNUP: accounts are made at once, and nobody has proved their address",
  verified: "verified, by SIGNUP: accounts are made once their address is proved by mail",
  closed: "closed, by SIGNUP: accounts are made by invitation alone",
} as const satisfies Record<Settings["SIGNUP"], string>;

function aboutCookies({ DEV_COOKIES }: Settings): string {
  return DEV_COOKIES === "plain"
    ? "plain, by DEV_COOKIES: every browser keeps them on http, and so could others"
    : "Secure: on http, Safari drops them, and every browser but on localhost. DEV_COOKIES=plain helps";
}

function aboutProvider({ name, redirectUri }: ProviderOptions): string {
  return `  Provider ${name}: enter ${redirectUri} there, as the address to lead back to`;
}

/** The greeting ends in a journal. The query of a URL may hold a password too. */
function withoutPassword(database: DatabaseTarget): string {
  if (database.kind === "sqlite") return `sqlite:${resolve(database.path)}`;
  const url = URL.parse(database.url);
  return url === null ? "PostgreSQL" : `${url.protocol}//${url.host}${url.pathname}`;
}
