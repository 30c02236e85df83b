/** `npm run keys -- rotate|list`: the keys that sign access tokens. Safe beside a running server. */
import { rotateSigningKey, verifiesUntil } from "../domain/keys.ts";
import type { SigningKeyRecord } from "../domain/ports/signing-keys.ts";
import type { Occasion } from "../domain/ports/events.ts";
import { commandLine } from "../process/command-line.ts";
import type { System } from "../process/system.ts";
import { type Arguments, CommandError, unknownWord, UsageError } from "./command.ts";
import { formatTable } from "./table.ts";
import { withSystem } from "./with-system.ts";

export const usage = `${commandLine("keys", "<command>")}

  rotate   A new key signs from now on; the one before verifies until its tokens have expired
  list     The keys, newest first

Settings come from the environment, as the server's do. Running servers take a new key up within
ten seconds.`;

export const flags: readonly string[] = [];

export async function run({ positionals: [command, ...rest] }: Arguments): Promise<void> {
  if (command === undefined) throw new UsageError("Which command?");
  const act = acts.get(command);
  if (act === undefined) throw unknownWord("command", command, [...acts.keys()]);
  if (rest.length > 0) throw new UsageError(`${command} takes no arguments`);
  return withSystem(act);
}

const acts = new Map([
  ["rotate", rotate],
  ["list", list],
]);

async function rotate({ deps, settings }: System, occasion: Occasion): Promise<void> {
  const { signingKeySeal } = deps.secretKeys;
  const { ACCESS_TOKEN_TTL } = settings;
  const outcome = await rotateSigningKey(deps, occasion, signingKeySeal, ACCESS_TOKEN_TTL);
  if (outcome === "too_many_keys")
    throw new CommandError("Too many keys still verify live tokens: wait until one has expired");
  console.error(`${outcome.kid} signs from now on`);
}

async function list({ deps, settings }: System, { now }: Occasion): Promise<void> {
  const keys = await deps.storage.signingKeys.list();
  const rows = keys.map((key) => [
    key.kid,
    new Date(key.createdAt).toISOString(),
    stateOf(key, settings.ACCESS_TOKEN_TTL, now),
  ]);
  console.log(formatTable(["KID", "CREATED", "STATE"], rows));
}

function stateOf(key: SigningKeyRecord, accessTokenSeconds: number, now: number): string {
  const until = verifiesUntil(key, accessTokenSeconds);
  if (until === null) return "signs";
  return now < until ? `verifies until ${new Date(until).toISOString()}` : "expired";
}
