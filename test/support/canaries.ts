/** Canaries: secrets that are watched for a whole journey, and looked for where they do not belong. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { cookieClient, type TestClient } from "./clients.ts";
import { mailNames } from "./mailbox.ts";
import type { ServerProcess } from "./server-process.ts";

/** Every way a secret may have been written down, as bytes: as it is, and in each encoding at any alignment. */
function formsOf(secret: string): string[] {
  return [...new Set(spellingsOf(secret).flatMap(writtenFormsOf))];
}

/** The text, and what it spells: the bytes of a random secret, before they were made fit for people or the wire. */
function spellingsOf(secret: string): (string | Buffer)[] {
  const isCode = /^(?:[0-9A-Z]{4}-){5}[0-9A-Z]{4}$/.test(secret);
  const bare = secret.replaceAll("-", "");
  if (isCode) return [secret, bare, bare.toLowerCase(), bytesOf(bare, CROCKFORD)];
  if (/^[A-Z2-7]{32}$/.test(secret))
    return [secret, secret.toLowerCase(), bytesOf(secret, RFC4648)];
  return /^[\w-]{43,}$/.test(secret) ? [secret, Buffer.from(secret, "base64url")] : [secret];
}

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const RFC4648 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The bytes behind a text of base32. */
function bytesOf(text: string, alphabet: string): Buffer {
  const bits = [...text].map((one) => alphabet.indexOf(one).toString(2).padStart(5, "0")).join("");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
}

function writtenFormsOf(secret: string | Buffer): string[] {
  const bytes = Buffer.from(secret);
  const base64 = [0, 1, 2].map((shift) => {
    // Only the characters that the bytes before and after the secret have no part in.
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64");
    return encoded.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
  });
  const hex = bytes.toString("hex");
  const asText =
    typeof secret === "string"
      ? [
          secret,
          JSON.stringify(secret).slice(1, -1),
          encodeURIComponent(secret),
          new URLSearchParams({ "": secret }).toString().slice(1),
        ].map((form) => Buffer.from(form).toString("latin1"))
      : [bytes.toString("latin1")];
  return [
    ...asText,
    ...base64,
    ...base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
    hex,
    hex.toUpperCase(),
  ];
}

/** `<secret> in <place>` for each that is found. The places hold bytes as Latin-1, or text. */
export function leaks(places: ReadonlyMap<string, string>, secrets: ReadonlyMap<string, string>) {
  const searched = [...secrets].map(([name, secret]) => [name, formsOf(secret)] as const);
  return [...places].flatMap(([place, content]) => {
    const bytes = place.includes("portcullis.db")
      ? content
      : Buffer.from(content).toString("latin1");
    return searched
      .filter(([, forms]) => forms.some((form) => bytes.includes(form)))
      .map(([name]) => `${name} in ${place}`);
  });
}

/** A client whose cookies and CSRF proofs are kept as they pass by; `problems` gets what the server says of a failure. */
export function watchedClient(
  { baseUrl }: ServerProcess,
  secrets: Map<string, string>,
  problems: string[] = [],
): TestClient {
  return cookieClient(baseUrl, {
    async fetch(request) {
      const response = await fetch(request);
      if (!response.ok) problems.push(await response.clone().text());
      for (const line of response.headers.getSetCookie()) {
        const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        keep(secrets, { [name]: value });
      }
      return response;
    },
  });
}

/** Keeps every secret of an answer, and the last part of those that begin with an id or a header. */
export function keep(secrets: Map<string, string>, answer: object): void {
  for (const [name, value] of Object.entries(answer)) {
    if (typeof value !== "string" || !/^__Host-|Token$/.test(name) || value === "") continue;
    secrets.set(`${name} ${secrets.size}`, value);
    const last = value.split(".").at(-1) ?? "";
    if (last !== value) secrets.set(`${name} ${secrets.size}, last part`, last);
  }
}

/** The bytes of the database's files, as Latin-1, by name. */
export async function databaseBytes({ folder }: ServerProcess): Promise<Map<string, string>> {
  const names = (await readdir(folder)).filter((name) => name.startsWith("portcullis.db"));
  const files = names.map(
    async (name) => [name, await readFile(join(folder, name), "latin1")] as const,
  );
  return new Map(await Promise.all(files));
}

/** Each mail as it lies there: as one line, and with the quoted-printable undone (RFC 2045 §6.7). */
export async function mailTexts(outbox: string): Promise<string[]> {
  const names = await mailNames(outbox);
  const raw = await Promise.all(names.map((name) => readFile(join(outbox, name), "latin1")));
  return raw.map((mail) => {
    const readable = mail
      .replaceAll(/=\r?\n/g, "")
      .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
    return Buffer.from(`${readable}\n${mail.replaceAll(/\r?\n/g, "")}`, "latin1").toString();
  });
}

/** The stored events, as one text. */
export function storedEvents({ databaseFile }: ServerProcess): string {
  const database = new DatabaseSync(databaseFile, { readOnly: true });
  const rows = database.prepare("SELECT body FROM events ORDER BY id").all();
  database.close();
  return JSON.stringify(rows.map(({ body }) => JSON.parse(String(body)) as unknown));
}

/** Makes the server fail at whatever it asks about accounts. */
export function breakUsers({ databaseFile }: ServerProcess): void {
  const database = new DatabaseSync(databaseFile);
  database.exec("ALTER TABLE users RENAME TO lost_users");
  database.close();
}
