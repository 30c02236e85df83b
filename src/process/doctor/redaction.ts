/**
 * Takes secrets out of the report (DR-02). None should be in it: what strangers say is not quoted. But a database's own
 * words are, and a mistake here would end in a ticket or a chat.
 */
import type { Settings } from "../settings.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Anything shorter stands in other words as well, and is no secret. */
const SHORTEST = 4;
const SECRET_NAME = /^(?:AUTH_SECRET|ADMIN_PASSWORD|METRICS_TOKEN|PGPASSWORD|PROVIDER_\w*SECRET)$/;

/** Makes the function that replaces every secret of the environment and of the settings, in each form it may be repeated. */
export function createRedaction(
  environment: Environment,
  settings: Settings | undefined,
  madeSecret: string | undefined,
): (text: string) => string {
  const plain = [
    ...Object.entries(environment).flatMap(([name, value]) =>
      SECRET_NAME.test(name) ? [value] : [],
    ),
    settings?.AUTH_SECRET,
    settings?.ADMIN_PASSWORD,
    settings?.METRICS_TOKEN,
    ...(settings?.providers ?? []).map(({ clientSecret }) => clientSecret),
    madeSecret,
  ];
  const urls = [
    environment["DATABASE_URL"],
    environment["SMTP_URL"],
    settings?.SMTP_URL,
    settings?.database.kind === "postgres" ? settings.database.url : undefined,
  ];
  const secrets = [...plain, ...urls.flatMap(secretsOfUrl)]
    .filter((secret) => secret !== undefined)
    .flatMap((secret) => [secret, encodeURIComponent(secret), toBase64(secret)])
    .filter((secret) => secret.length >= SHORTEST)
    .sort((one, other) => other.length - one.length);
  const all = [...new Set(secrets)];
  return (text) => all.reduce((left, secret) => left.replaceAll(secret, "…"), text);
}

/** The password, as it is written and as it is meant, and what SASL PLAIN makes of it (RFC 4616). */
function secretsOfUrl(text: string | undefined): (string | undefined)[] {
  const url = URL.parse(text ?? "");
  if (url === null) {
    // No URL, but somebody meant one: what stands between the name and the host.
    return [/:\/\/[^:@/]*:([^@]+)@/.exec(text ?? "")?.[1]];
  }
  if (url.password === "") return [url.searchParams.get("password") ?? undefined];
  const [name, password] = [decoded(url.username), decoded(url.password)];
  return [url.password, password, `\0${name}\0${password}`];
}

function toBase64(text: string): string {
  return Buffer.from(text).toString("base64").replace(/=+$/, "");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
