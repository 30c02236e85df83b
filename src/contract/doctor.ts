/**
 * The report of `portcullis doctor --json`. It is no part of the HTTP API, and is promised like it: names of checks stay,
 * and are written once, here. docs/doctor.md says of each what it means and what to do.
 */
import { z } from "zod";
import { openEnum } from "./open-enum.ts";

/** From good to bad. `attention`: it works, and is hardly meant. `wrong`: something is broken, or open to strangers. */
export const postures = ["ok", "attention", "wrong"] as const;
export type Posture = (typeof postures)[number];

/** Every check, in the order of the report, and the question that it answers. */
export const doctorChecks = {
  settings: "Can every setting be read, and is each spelt as one that there is?",
  weak_settings: "Is a setting weaker than it has to be?",
  node: "Is this version of Node supported, by us and by its makers?",
  public_url: "Does something answer at PUBLIC_URL, and itself, without leading elsewhere?",
  installation: "Is what answers there this installation, and of this version?",
  tls: "Is the connection encrypted, and for how long is the certificate good?",
  hsts: "Are browsers told to come by TLS alone?",
  headers: "Do the headers of an answer arrive as the server sends them?",
  cookies: "Do cookies arrive as the server sets them?",
  client_address: "Is a client's address its own, whatever it claims, and not the proxy's?",
  metrics: "Can the metrics be read, and by nobody else?",
  database: "Can the database be reached, and is it the one of this AUTH_SECRET?",
  database_settings: "Does the database keep what it has acknowledged?",
  migrations: "Has the database this version's schema?",
  disk: "Is there room for more?",
  files: "Are files the owner's alone?",
  backup: "Is there a backup that is young enough?",
  mail_server: "Can the mail server be reached?",
  mail_tls: "Are mails encrypted on their way to it?",
  mail_login: "Does it take the name and password of SMTP_URL?",
  mail_sent: "Does it take a mail? Only where `--send-mail-to` asks for one.",
  clock: "Does this machine's clock agree with the others?",
  signing_keys: "Is there a key that signs access tokens, and is it young enough?",
  hash_cost: "How long does the hash of a password take, and is that enough?",
  providers: "Does each provider of sign-in answer, and under the name that is set?",
} as const satisfies Readonly<Record<string, string>>;

export type DoctorCheck = keyof typeof doctorChecks;

// The keys of a literal, which TypeScript knows no better than as strings.
export const doctorCheckNames = Object.keys(doctorChecks) as [DoctorCheck, ...DoctorCheck[]];

/** A sentence, which may have the path of a file in it. UTF-16 units. */
export const FINDING_TEXT_MAX_LENGTH = 8_192;
const text = z.string().max(FINDING_TEXT_MAX_LENGTH);

export const DoctorFinding = z.strictObject({
  check: openEnum(doctorCheckNames, "The check that found it."),
  status: z.enum(postures),
  subject: z
    .union([text, z.null()])
    .meta({ description: "A setting, a provider or a file, where it is about one of several." }),
  why: text.meta({ description: "The fact, in one sentence for a person." }),
  next: z.union([text, z.null()]).meta({
    description: "The next step, where there is one. Never null where the status is not ok.",
  }),
});
export type DoctorFinding = z.output<typeof DoctorFinding>;

export const DoctorReport = z.strictObject({
  version: z.string().max(64).meta({ description: "Of the Portcullis that looked." }),
  checkedAt: z.iso.datetime().meta({ description: "When it began, by this machine's clock." }),
  publicUrl: z.string().meta({ description: "PUBLIC_URL, or where a developer's server is." }),
  status: z.enum(postures).meta({ description: "The worst of all findings." }),
  findings: z.array(DoctorFinding).meta({
    description: "Each check at least once, in their order; `mail_sent` where it was asked for.",
  }),
});
export type DoctorReport = z.output<typeof DoctorReport>;
