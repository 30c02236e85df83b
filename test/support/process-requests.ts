/** Requests to a server process as an attacker makes them, and their effects on its database and mails. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect } from "vitest";
import { freshEmail } from "./clients.ts";
import { PASSWORD } from "./credentials.ts";
import { mailsTo, tokenIn } from "./mailbox.ts";
import { waitFor } from "./wait-for.ts";

/** A server, in this process or in one of its own. */
interface Served {
  readonly baseUrl: string;
  /** With the outbox in it. */
  readonly folder: string;
  readonly databaseFile: string;
}

/** An answer, without what a client of the SDK would make of it. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** As it was sent, but for the request's id. */
  readonly text: string;
}

/** Sends JSON as any program may, without the SDK. */
export async function post(
  { baseUrl }: Pick<Served, "baseUrl">,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const response = await fetch(`${baseUrl}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  const text = (await response.text()).replace(/"requestId":"[^"]+"/, "");
  return { status: response.status, headers: response.headers, text };
}

/** Waits for the token of the link that was mailed to an address, whatever else was. */
export async function resetTokenFor(
  { folder }: Pick<Served, "folder">,
  email: string,
): Promise<string> {
  const outbox = join(folder, "outbox");
  return waitFor(async () =>
    (await mailsTo(outbox, email)).map(tokenIn).find((found) => found !== ""),
  );
}

/** Signs up with `PASSWORD`; answers the address. */
export async function signedUp(to: Pick<Served, "baseUrl">): Promise<string> {
  const email = freshEmail();
  expect(await post(to, "/signup", { email, password: PASSWORD })).toMatchObject({
    status: 201,
  });
  return email;
}

/** Reads the database of a server while it runs. */
export function query(
  { databaseFile }: Pick<Served, "databaseFile">,
  sql: string,
): Record<string, unknown>[] {
  const database = new DatabaseSync(databaseFile);
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}
