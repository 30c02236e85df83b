/**
 * Sends several statements to PostgreSQL in one round trip, ended by one Sync. The simple way, `pg`'s own,
 * waits for each answer before it sends the next statement: a login would take a round trip for every one
 * of its ten statements, and takes four (decision 10). Where a statement fails, the database skips those
 * behind it, `begin` and `commit` included (postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING).
 */
import type { CompiledQuery } from "kysely";
import pg from "pg";

interface Statement {
  /** Empty where the statement is not prepared. */
  readonly name: string;
  readonly text: string;
  readonly values: (Buffer | string | null)[];
}

/** Runs the statements; answers their results in order, or rejects with the one failure there is. */
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
  stream.cork(); // so that all of it leaves in one packet
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

/** Encodes a value as PostgreSQL reads it: bytes as they are, anything else as text, whose type it infers. */
function toWire(value: unknown): Buffer | string | null {
  if (value === null || typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean")
    return String(value);
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  throw new TypeError("A value is of a type that is not stored");
}

/** Names of the statements that each connection has prepared. */
const preparedByClient = new WeakMap<pg.PoolClient, Set<string>>();

function preparedOn(client: pg.PoolClient): Set<string> {
  let prepared = preparedByClient.get(client);
  if (prepared === undefined) preparedByClient.set(client, (prepared = new Set()));
  return prepared;
}

/** More than the application has statements. Those past it are not prepared. */
const STATEMENTS_NAMED = 256;
const names = new Map<string, string>();

/** Gives a statement a name: one that has a name is parsed and planned once per connection. */
function nameOf(text: string): string {
  const known = names.get(text);
  if (known !== undefined || names.size >= STATEMENTS_NAMED) return known ?? "";
  const name = `s${names.size}`;
  names.set(text, name);
  return name;
}
