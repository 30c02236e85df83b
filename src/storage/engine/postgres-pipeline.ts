/**
 * One round trip to PostgreSQL: any number of statements, and one Sync. Where one of them fails, the
 * database skips what comes behind it, `begin` and `commit` like any other
 * (postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING).
 */
import type { CompiledQuery } from "kysely";
import pg from "pg";

interface Statement {
  /** Empty where it is not to be kept. */
  readonly name: string;
  readonly text: string;
  readonly values: (Buffer | string | null)[];
}

/** The results in the order of the statements; rejects with the one failure there is. */
export async function runPipeline(
  client: pg.PoolClient,
  queries: readonly CompiledQuery[],
): Promise<readonly pg.QueryResult[]> {
  const statements = queries.map(({ sql: text, parameters }) => {
    return { name: nameOf(text), text, values: parameters.map(toWire) };
  });
  const prepared = preparedOn(client);
  const results = await new Promise<readonly pg.QueryResult[]>((resolve, reject) => {
    const text = statements.map((statement) => statement.text).join(";\n");
    const query = new pg.Query({ text }, (error, result: pg.QueryResult | pg.QueryResult[]) => {
      if (error) reject(error);
      else resolve(Array.isArray(result) ? result : [result]);
    });
    query.submit = (connection) => write(connection, statements, prepared);
    client.query(query);
  });
  for (const { name } of statements) if (name !== "") prepared.add(name);
  return results;
}

function write(
  connection: pg.Connection,
  statements: readonly Statement[],
  prepared: ReadonlySet<string>,
): void {
  const { stream } = connection;
  const parsed = new Set(prepared);
  stream.cork(); // one packet
  for (const { name, text, values } of statements) {
    if (!parsed.has(name)) {
      // A failure leaves open whether it was prepared. Closing what is not there is no error.
      if (name !== "") connection.close({ type: "S", name }, true);
      connection.parse({ name, text, types: [] }, true);
      if (name !== "") parsed.add(name);
    }
    connection.bind({ statement: name, values }, true);
    connection.describe({ type: "P" }, true);
    connection.execute({}, true);
  }
  connection.sync();
  stream.uncork();
}

/** As PostgreSQL reads it: bytes as they are, anything else as text, whose type it infers. */
function toWire(value: unknown): Buffer | string | null {
  if (value === null || typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean")
    return String(value);
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  throw new TypeError("A value is of a type that is not stored");
}

/** The names of the statements that a connection has prepared. */
const preparedByClient = new WeakMap<pg.PoolClient, Set<string>>();

function preparedOn(client: pg.PoolClient): Set<string> {
  let prepared = preparedByClient.get(client);
  if (prepared === undefined) preparedByClient.set(client, (prepared = new Set()));
  return prepared;
}

/** More than the application has statements; what comes after them is not prepared. */
const STATEMENTS_NAMED = 256;
const names = new Map<string, string>();

/** A statement that has a name is parsed and planned once per connection. */
function nameOf(text: string): string {
  const known = names.get(text);
  if (known !== undefined || names.size >= STATEMENTS_NAMED) return known ?? "";
  const name = `s${names.size}`;
  names.set(text, name);
  return name;
}
