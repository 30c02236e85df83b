/**
 * Mails, by kind: a schema has what a mail of the kind tells. Its fields are the placeholders of the kind's
 * templates, of which there is one in each language (docs/mails.md).
 */
import { z } from "zod";

/** Where a button leads. A token stands in the fragment, which a browser sends to nobody (RS-07). */
const link = (example: string) => z.url().meta({ examples: [example] });
/** Eight digits, which a mail shows as 4+4. */
const code = z
  .string()
  .regex(/^[0-9]{8}$/)
  .meta({ examples: ["49302817"] });
/** How long link and code are good. Whole seconds, which a mail tells as "30 minutes", "24 hours" or "3 days". */
const validFor = (example: number) =>
  z
    .int()
    .positive()
    .meta({ examples: [example] });
/** Milliseconds since the epoch. */
const instant = (example: string) => z.int().meta({ examples: [Date.parse(example)] });

/** When and from which address something was done, so that the owner may recognize it. */
const circumstances = {
  when: instant("2026-11-23T10:06:00Z"),
  where: z
    .string()
    .nullable()
    .meta({ examples: ["203.0.113.7"] }),
};

const passkeyName = z.string().meta({ examples: ["Ada's phone"] });

/** As the settings name it to people. */
const providerName = z.string().meta({ examples: ["Google"] });

const TOKEN = "o3bV0Zt0m1x5n9Qe7yJc2kLr8sWf4aGh6uDiPpXwYzA";

export const mails = {
  password_reset_link: z.strictObject({
    link: link(`https://auth.example.com/reset#token=${TOKEN}`),
    validFor: validFor(1_800),
  }),
  password_changed: z.strictObject(circumstances),
  password_reset: z.strictObject(circumstances),
  login_locked: z.strictObject({ ...circumstances, until: instant("2026-11-23T10:21:00Z") }),
  /** To an address that nobody has, for whom asked for an account with it. */
  signup_confirm: z.strictObject({
    code,
    link: link(`https://auth.example.com/confirm#token=${TOKEN}`),
    validFor: validFor(86_400),
  }),
  /** To the owner of an account, when somebody asks for another one with its address. */
  signup_existing: z.strictObject(circumstances),
  invitation: z.strictObject({
    link: link(`https://auth.example.com/confirm#token=${TOKEN}`),
    validFor: validFor(86_400),
  }),
  email_verification: z.strictObject({
    code,
    link: link(`https://auth.example.com/email#token=${TOKEN}`),
    validFor: validFor(600),
  }),
  /** To the address that is to be the account's. */
  email_change_confirm: z.strictObject({
    code,
    link: link(`https://auth.example.com/email#change=${TOKEN}`),
    validFor: validFor(600),
  }),
  /** To the address that was the account's. The link undoes the change. */
  email_changed: z.strictObject({
    newEmail: z.string().meta({ examples: ["ada.new@example.com"] }),
    link: link(`https://auth.example.com/email#undo=${TOKEN}`),
    validFor: validFor(3 * 86_400),
    ...circumstances,
  }),
  /** To the address that was the account's until the change to it was undone. */
  email_change_undone: z.strictObject(circumstances),
  mail_login: z.strictObject({
    code,
    link: link(`https://auth.example.com/login/mail#token=${TOKEN}&code=49302817`),
    validFor: validFor(600),
  }),
  reauthentication: z.strictObject({ code, validFor: validFor(600) }),
  totp_added: z.strictObject(circumstances),
  totp_removed: z.strictObject(circumstances),
  passkey_added: z.strictObject({ name: passkeyName, ...circumstances }),
  passkey_removed: z.strictObject({ name: passkeyName, ...circumstances }),
  /** An administrator, or a command, removed all of them. */
  second_factors_reset: z.strictObject(circumstances),
  recovery_codes_renewed: z.strictObject(circumstances),
  recovery_code_used: z.strictObject({
    remaining: z
      .int()
      .min(0)
      .meta({ examples: [9] }),
    ...circumstances,
  }),
  /** The password was right, and several second factors after it were wrong (MF-14). */
  second_factor_failing: z.strictObject(circumstances),
  passkey_clone_suspected: z.strictObject({ name: passkeyName, ...circumstances }),
  identity_linked: z.strictObject({ provider: providerName, ...circumstances }),
  identity_removed: z.strictObject({ provider: providerName, ...circumstances }),
  /** To the owner of a mailbox who took over an account that nobody had proved to be theirs (EM-06). */
  account_claimed: z.strictObject(circumstances),
} as const satisfies Readonly<Record<string, z.ZodObject>>;

export type MailKind = keyof typeof mails;
export const mailKinds = Object.keys(mails) as MailKind[]; // its own keys

/** A mail of a kind, with the values of its fields. */
export type MailMessage = {
  readonly [K in MailKind]: { readonly kind: K } & Readonly<z.output<(typeof mails)[K]>>;
}[MailKind];

type FieldsOf<M> = M extends MailMessage ? Exclude<keyof M, "kind"> : never;
/** A field that some kind has. */
export type MailField = FieldsOf<MailMessage>;

/** Placeholders that each kind may have besides its own. */
export const commonMailFields = ["service"] as const;

/** Fields that let in whoever reads them. They stay out of subjects, which mail servers log and locked screens show. */
export const secretMailFields = ["link", "code"] as const satisfies readonly MailField[];
