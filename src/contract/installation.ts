/** The installation as administrators see it: its settings, and what its doctor would say. */
import { z } from "zod";
import { DoctorFinding, DoctorReport as CommandReport } from "./doctor.ts";
import { nullable } from "./event-shape.ts";
import { open, openEnum } from "./open-enum.ts";
import { operation } from "./operation.ts";
import { admin } from "./security.ts";
import { Instant } from "./values.ts";

/** There are fewer than a hundred, and eight of each provider. */
export const SETTINGS_MAX = 1_000;
/** Of a value as it is shown; the rest is cut off. UTF-16 units. */
export const SETTING_VALUE_MAX_LENGTH = 4_096;
/** Each check has a handful at the most. */
export const FINDINGS_MAX = 200;

const exampleSetting = {
  name: "SESSION_TTL",
  value: "86400",
  source: "default",
  secret: false,
} as const;

const Setting = z
  .strictObject({
    name: z
      .string()
      .max(128)
      .meta({ description: "Its name in the environment.", examples: ["SESSION_TTL"] }),
    value: nullable(z.string().max(SETTING_VALUE_MAX_LENGTH)).meta({
      description:
        "As it is in force, in the words in which it would be set. Null for every secret, and where it is not set and has no default.",
      examples: ["86400"],
    }),
    source: openEnum(
      ["default", "generated", "environment", "file"],
      "`default`: it is not set; `generated`: it is not, and the server has made one for itself; `environment`: it is, there or by the program that the server is embedded in; `file`: by its name with `_FILE`.",
    ),
    secret: z.boolean().meta({ description: "True where it is a secret, or has one in it." }),
  })
  .meta({
    id: "Setting",
    description: "A setting of this server.",
    examples: [exampleSetting],
  });
export type Setting = z.output<typeof Setting>;

export const listSettings = operation({
  operationId: "listSettings",
  method: "GET",
  path: "/settings",
  tags: ["Operations"],
  summary: "List the settings",
  description:
    "Every setting of the process that answers, as it is in force. Of secrets, only whether they are set.",
  security: admin,
  request: {},
  responses: {
    200: {
      description: "The settings.",
      body: z.strictObject({ items: z.array(Setting).max(SETTINGS_MAX) }).meta({
        id: "SettingList",
        description: "Every setting.",
        examples: [{ items: [exampleSetting] }],
      }),
    },
  },
  problems: [],
  events: [],
});

const exampleFinding = {
  check: "settings",
  status: "ok",
  subject: null,
  why: "11 are set, and all can be read",
  next: null,
} as const;

const Finding = DoctorFinding.meta({
  id: "DoctorFinding",
  ...open("A fact about the installation."),
  examples: [exampleFinding],
});

const DoctorReport = z
  .strictObject({
    version: CommandReport.shape.version,
    checkedAt: Instant,
    status: CommandReport.shape.status,
    findings: z.array(Finding).max(FINDINGS_MAX).meta({
      description: "Of each check that this process can make by itself, in their order.",
    }),
  })
  .meta({
    id: "DoctorReport",
    description: "What is found without asking anybody else.",
    examples: [
      {
        version: "0.2.0",
        checkedAt: "2026-11-23T10:06:00.000Z",
        status: "ok",
        findings: [exampleFinding],
      },
    ],
  });

export type DoctorReport = z.output<typeof DoctorReport>;

export const getDoctorReport = operation({
  operationId: "getDoctorReport",
  method: "GET",
  path: "/doctor-report",
  tags: ["Operations"],
  summary: "Look for what is wrong with the installation",
  description:
    "Findings of `portcullis doctor` that need neither the network nor long work: settings, weak ones among them, Node, disk, files, backup and signing keys. Looked at, at the most, every few seconds. The command looks at everything.",
  security: admin,
  request: {},
  responses: { 200: { description: "What was found.", body: DoctorReport } },
  problems: [],
  events: [],
});
