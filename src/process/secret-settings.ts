/**
 * Settings that are secrets. Each may be given as the name of a file with it, by the variable's own name and `_FILE`:
 * unlike an environment, a file is not inherited by other processes, and not shown by `docker inspect`.
 */

/** Where the secret is: the whole value, or the password of a URL. */
export const secretSettings = {
  AUTH_SECRET: "value",
  ADMIN_PASSWORD: "value",
  METRICS_TOKEN: "value",
  DATABASE_URL: "password",
  SMTP_URL: "password",
} as const satisfies Readonly<Record<string, "value" | "password">>;

export type SecretSetting = keyof typeof secretSettings;

/** Names of ours that no secret may have: forgotten in the table, they would be read from no file, and compared with none. */
export type SoundsSecret = `${string}_${"SECRET" | "PASSWORD" | "TOKEN"}`;

/** Ends of the names of a provider's variables that are secrets. */
export const secretProviderFields = ["CLIENT_SECRET"] as const;
export type SecretProviderField = (typeof secretProviderFields)[number];

export type FileVariable<Name extends string = SecretSetting> = `${Name}_FILE`;

export function fileVariableOf<Name extends string>(name: Name): FileVariable<Name> {
  return `${name}_FILE`;
}

/** Those of `secretSettings`; of providers, `provider-names.ts` has them. */
export const fileVariables: readonly string[] = Object.keys(secretSettings).map(fileVariableOf);
