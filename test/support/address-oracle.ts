/** The oracle kit: the operations that take an address, as the contract says, and every way an address can stand. */
import { Email } from "../../src/contract/addresses.ts";
import { limits } from "../../src/contract/limits.ts";
import type { OperationDescription } from "../../src/contract/operation.ts";
import { type OperationId, operationIds, operations } from "../../src/contract/operations.ts";
import { newId } from "../../src/platform/ids.ts";
import { ADMIN } from "./credentials.ts";
import type { InProcessServer } from "./in-process-server.ts";
import type { Answer } from "./sound-answer.ts";

/** Operations that take an address of mail from somebody who is no administrator. */
export const addressOperations: readonly OperationId[] = operationIds.filter((id) => {
  const { request, security }: OperationDescription = operations[id];
  return security.role !== "admin" && fieldsOf(request.body).some((field) => field === Email);
});

function fieldsOf(body: OperationDescription["request"]["body"]): unknown[] {
  if (body === undefined || !("shape" in body)) return [];
  return Object.values(body.shape as object); // Zod's objects have one
}

/** True where too many requests for an address are refused aloud: for nobody's address as for somebody's. */
export function isRefusedAloud(id: OperationId): boolean {
  const { limits: declared = [] }: OperationDescription = operations[id];
  return declared.some((name) => limits[name].key === "email");
}

/** How an address can stand; each makes it so. The password of every account is that of `ADMIN`. */
export const standings = {
  proved: (server: InProcessServer, email: string) => insert(server, email, {}),
  unproved: (server: InProcessServer, email: string) =>
    insert(server, email, { email_verified: "0" }),
  disabled: (server: InProcessServer, email: string) => insert(server, email, { disabled: "1" }),
  locked: (server: InProcessServer, email: string) =>
    insert(server, email, { locked_until: String(Date.now() + 3_600_000) }),
  "without a password": (server: InProcessServer, email: string) => {
    insert(server, email, {});
    server.sql("UPDATE users SET password_hash = NULL WHERE email = ?", email);
  },
  unknown() {},
} as const;

function insert(server: InProcessServer, email: string, columns: Record<string, string>): void {
  const id = newId(Date.now());
  server.sql(
    `INSERT INTO users (id, email, password_hash, role, disabled, created_at, email_verified)
     SELECT ?, ?, password_hash, 'user', 0, created_at, 1 FROM users WHERE email = ?`,
    ...[id, email, ADMIN.email],
  );
  for (const [column, value] of Object.entries(columns))
    server.sql(`UPDATE users SET ${column} = ${value} WHERE id = ?`, id);
}

/** An answer, byte by byte, but for ids, dates and random tokens, whose lengths stay. */
export function comparable({ status, headers, body }: Answer): string {
  const { "x-request-id": requestId = "", date: _, ...others } = headers;
  const masked = (text: string) =>
    text
      .replaceAll(String(requestId), "<request id>")
      .replaceAll(/[\w-]{43}/g, "<43 characters>")
      .replaceAll(/(?<="retryAfterSeconds":|r=|t=)\d+/g, "<seconds>");
  const { "retry-after": wait, ...rest } = others;
  return masked(JSON.stringify([status, wait === undefined, rest, body]));
}
