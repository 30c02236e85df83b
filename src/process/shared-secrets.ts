/** Settings that have the secret of another one: a secret for two purposes is as safe as the less careful of the two (CF-01). */
import type { Fault } from "./provider-settings.ts";
import { secretSettings } from "./secret-settings.ts";

type Environment = Readonly<Record<string, string | undefined>>;

interface Holder {
  readonly name: string;
  readonly secret: string | undefined;
  /** Holders of one owner may have one secret. */
  readonly owner?: string | undefined;
}

/** Compares what the environment has, so that a fault elsewhere hides nothing. `clients` are the providers' prefixes. */
export function sharedSecrets(environment: Environment, clients: readonly string[]): Fault[] {
  const holders: Holder[] = [
    ...Object.entries(secretSettings).map(([name, where]) =>
      where === "value"
        ? { name, secret: environment[name] }
        : // The database and its mail server may be one machine's, of one operator.
          { name, secret: passwordOf(environment[name]), owner: "services" },
    ),
    // One client may be listed twice, under two names.
    ...clients.map((prefix) => ({
      name: `${prefix}CLIENT_SECRET`,
      secret: environment[`${prefix}CLIENT_SECRET`],
      owner: `client ${environment[`${prefix}CLIENT_ID`]}`,
    })),
  ];
  return holders.flatMap(({ name: other, secret, owner }, index) =>
    holders
      .slice(index + 1)
      .filter((later) => secret !== undefined && later.secret === secret)
      .filter((later) => owner === undefined || later.owner !== owner)
      .map(({ name }): Fault => [name, `must not have the secret that ${other} has`]),
  );
}

/** The password of a URL, decoded as a query is, which never throws. There, unlike here, a `+` is a space. */
function passwordOf(url: string | undefined): string | undefined {
  const password = URL.parse(url ?? "")?.password ?? "";
  return new URLSearchParams(`=${password.replaceAll("+", "%2B")}`).get("") || undefined;
}
