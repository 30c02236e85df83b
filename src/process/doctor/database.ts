/** The database: if it can be reached, if it is ours, whether it keeps what it acknowledged, and its schema. */
import type { KeyOpening } from "./signing-keys.ts";
import type { Inspection } from "../../storage/inspection.ts";
import { FIRST_MIGRATION } from "../../storage/engine/foreign-tables.ts";
import { NoDatabaseError } from "../../storage/engine/inspecting-connection.ts";
import { attention, codeOf, type Finding, messageOf, ok, wrong } from "./finding.ts";

const MIB = 1_048_576;

/** `error` is what the look at it rejected with. */
export function judgeUnreachable(error: unknown): Finding {
  if (error instanceof NoDatabaseError)
    return attention(
      "there is none yet",
      "Start the server: it makes one. Or correct DATABASE_URL",
    );
  const code = codeOf(error);
  const said = messageOf(error);
  return wrong(
    `it cannot be read: ${said}${said.includes(code) ? "" : ` (${code})`}`,
    "Is DATABASE_URL right, and does the database run?",
  );
}

/** `keys` tells if AUTH_SECRET opened the signing keys. */
export function judgeDatabase(inspection: Inspection, keys: KeyOpening): readonly Finding[] {
  const { kind, hasTables, sizeBytes, isBehind } = inspection;
  if (isForeign(inspection))
    return [
      wrong(
        "it has tables of another application",
        "Give Portcullis a database of its own in DATABASE_URL",
      ),
    ];
  if (keys === "foreign")
    return [
      wrong(
        "AUTH_SECRET is not the one it was made with: nobody's password matches, and no server starts",
        "Bring back the secret, or the database that belongs to it",
      ),
    ];
  const size = `${kind === "sqlite" ? "SQLite" : "PostgreSQL"}, ${sizeText(sizeBytes)}`;
  const log = isBehind
    ? [
        attention(
          "its -wal was moved here without its -shm, and holds writes that were not looked at",
          "Start the server once: it reads them",
        ),
      ]
    : [];
  return hasTables
    ? [ok(size), ...log]
    : [attention("it is empty", "Start the server: it fills it")];
}

function isForeign({ hasTables, applied }: Inspection): boolean {
  const isOurs = applied.includes(FIRST_MIGRATION);
  return !isOurs && (hasTables || applied.length > 0);
}

/** The settings of a PostgreSQL server that safety rests on; the reasons are those of the server, which refuses most. */
export function judgePostgresSettings(settings: ReadonlyMap<string, string>): readonly Finding[] {
  const is = (name: string, value: string) => settings.get(name) === value;
  const found = [
    ...(is("fsync", "off")
      ? [wrong("fsync = off: a power cut loses what was acknowledged, or all", "Set fsync = on")]
      : []),
    ...(is("synchronous_commit", "off")
      ? [
          wrong(
            "synchronous_commit = off: a crash loses what was acknowledged",
            "alter role … set synchronous_commit = on",
          ),
        ]
      : []),
    ...(is("full_page_writes", "off")
      ? [
          attention(
            "full_page_writes = off: a power cut can leave half of a page",
            "Set it on, unless the file system never tears one",
          ),
        ]
      : []),
    ...(is("session_replication_role", "origin")
      ? []
      : [
          wrong(
            "session_replication_role switches off the rules of the tables",
            "alter role … reset session_replication_role",
          ),
        ]),
    ...(is("server_encoding", "UTF8")
      ? []
      : [
          wrong(
            `its encoding is ${settings.get("server_encoding")}`,
            "Make one with encoding 'UTF8'",
          ),
        ]),
    ...(is("in_recovery", "true")
      ? [wrong("it is a standby, which takes no writes", "Name the primary in DATABASE_URL")]
      : []),
    ...(is("default_transaction_read_only", "on")
      ? [
          attention(
            "default_transaction_read_only = on: no write is taken",
            "Reset it, once whoever stopped writes has ended",
          ),
        ]
      : []),
  ];
  return found.length > 0
    ? found
    : [ok(`fsync and synchronous_commit are on (${settings.get("server_version")})`)];
}

/** Magic numbers of Linux (statfs(2)): where SQLite's locks do not work, or its file does not last. */
const fileSystems: ReadonlyMap<number, { readonly name: string; readonly isNetwork: boolean }> =
  new Map([
    [0x6969, { name: "NFS", isNetwork: true }],
    [0x517b, { name: "SMB", isNetwork: true }],
    [0xff534d42, { name: "CIFS", isNetwork: true }],
    [0xfe534d42, { name: "SMB2", isNetwork: true }],
    [0x01021997, { name: "9P", isNetwork: true }],
    [0x01021994, { name: "tmpfs", isNetwork: false }],
    [0x858458f6, { name: "ramfs", isNetwork: false }],
    [0x794c7630, { name: "overlay", isNetwork: false }],
  ]);

/** `type` is that of the file system on which the SQLite file lies. Its settings are those of each connection, which the server sets and checks. */
export function judgeFileSystem(type: number): readonly Finding[] {
  const found = fileSystems.get(type);
  if (found === undefined) return [ok("the server sets and checks synchronous = full, WAL")];
  if (found.isNetwork)
    return [
      wrong(
        `its file lies on ${found.name}: locks do not hold there, and two processes would ruin it`,
        "Move it to a local disk, or use PostgreSQL",
      ),
    ];
  return found.name === "overlay"
    ? [
        attention(
          "its file lies in the container's own layer, and is gone with it",
          "Mount a volume there",
        ),
      ]
    : [
        wrong(
          `its file lies in memory (${found.name}): a restart forgets all`,
          "Move it to a disk",
        ),
      ];
}

/** Judges what was applied by what this version knows. */
export function judgeMigrations(inspection: Inspection): readonly Finding[] {
  const { applied, known } = inspection;
  if (applied.length === 0)
    return [attention("none is applied yet", "Start the server, or run migrate")];
  const strange = applied.filter((name) => !known.includes(name));
  if (strange.length > 0)
    return [
      wrong(
        `the schema is that of a later version: ${strange.length} migrations are not known here`,
        "Start the newer version, or restore a backup",
      ),
    ];
  const missing = known.filter((name) => !applied.includes(name));
  if (missing.length > 0)
    return [
      attention(
        `${missing.length} are pending, from ${missing[0]} on`,
        "Make a backup, then restart the server, or run migrate",
      ),
    ];
  return [ok(`all ${known.length} are applied`)];
}

/** A round number of the largest unit that fits. */
export function sizeText(bytes: number): string {
  if (bytes >= 1024 * MIB) return `${(bytes / 1024 / MIB).toFixed(1)} GiB`;
  return bytes >= MIB ? `${Math.round(bytes / MIB)} MiB` : `${Math.ceil(bytes / 1024)} KiB`;
}
