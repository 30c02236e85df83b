/** The kinds of values that the settings of a provider have. A message describes a good value, and never repeats the given one. */
import { z } from "zod";
import {
  ISSUER_MAX_LENGTH,
  PROVIDER_NAME_MAX_LENGTH,
  type providerKinds,
} from "../contract/provider-values.ts";
import { URL_MAX_LENGTH } from "../contract/return-to.ts";
import { GOOGLE } from "../platform/providers/google.ts";
import { CONSUMERS } from "../platform/providers/microsoft.ts";
import { isSafeOrigin, oneOf, parsed, serviceName } from "./setting-values.ts";

type Kind = (typeof providerKinds)[number];

/** Longer ones belong to no provider. Characters. */
const CLIENT_ID_MAX_LENGTH = 256;
const CLIENT_SECRET_MAX_LENGTH = 1_024;
const SCOPES_MAX_LENGTH = 1_024;
/** A longer list is none that somebody keeps. */
const LIST_MAX = 32;

/** The cloud of all but some governments and China. A tenant is added to it. */
const MICROSOFT = "https://login.microsoftonline.com";
const GITHUB = "https://github.com";

/** RFC 6749 appendices A.1 and A.2: the characters of a client's id and secret. */
const CLIENT_TEXT = /^[ -~]+$/;
/** RFC 6749 §3.3, without the comma, which somebody meant to stand between two. */
const SCOPE = /^[!#-+\--[\]-~]+$/;
const VISIBLE_ASCII = /^[!-~]+$/;
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Microsoft's words for everybody, whatever the tenant. */
const TENANT_WORD = /^(?:common|organizations|consumers)$/i;
/** RFC 8252 §7.1 and §8.4: a domain turned around. A scheme without a dot can be any app's. */
const APP_SCHEME = /^[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+:$/;

const ISSUER_RULE =
  "must be the https URL by which the provider calls itself, such as https://login.example.com/realms/main: without ? or #; http only on this very machine";
const REDIRECTS_RULE =
  "must be whole addresses as a URL parser writes them, such as com.example.app:/callback or https://app.example.com/callback, each once, separated by commas: without ? or #; http only on this very machine";

const clientText = (what: string, maxLength: number) =>
  z
    .string({ error: "is required for every id in PROVIDERS" })
    .refine((text) => text.length <= maxLength && CLIENT_TEXT.test(text), {
      error: `must be ${what} as the provider shows it: at most ${maxLength} ASCII characters`,
    });
const issuerAliases = listOf(
  (text) => (isIssuer(text) ? text : undefined),
  "must be issuers as the provider writes them, such as https://login.example.com, each once, separated by commas",
);
const ownNameAlone = absent("is for the kinds oidc and google: leave it out");
const noTenants = absent("is for the kind microsoft: leave it out");

/** Values that mean the same for every kind. */
const common = {
  CLIENT_ID: clientText("the client's id", CLIENT_ID_MAX_LENGTH),
  CLIENT_SECRET: clientText("the client's secret", CLIENT_SECRET_MAX_LENGTH),
  NAME: serviceName.max(PROVIDER_NAME_MAX_LENGTH).optional(),
  SIGNUP: oneOf("on", "off").optional(),
  LINK: oneOf("ask", "verified").default("ask"),
  REDIRECTS: listOf((text) => (isRedirect(text) ? text : undefined), REDIRECTS_RULE).default(
    new Set(),
  ),
};

/** Every variable of a provider but its kind, by the end of its name. */
export const providerFields = {
  oidc: z.object({
    ...common,
    ISSUER: z.string({ error: "is required for the kind oidc" }).check(ofGenericProvider),
    ISSUER_ALIASES: issuerAliases.default(new Set()),
    SCOPES: scopes("openid email"),
    TENANTS: noTenants,
  }),
  google: z.object({
    ...common,
    ISSUER: z.string().refine(isIssuer, { error: ISSUER_RULE }).default(GOOGLE),
    ISSUER_ALIASES: issuerAliases.default(new Set()),
    SCOPES: scopes("openid email"),
    TENANTS: noTenants,
  }),
  microsoft: z.object({
    ...common,
    // Its error AADSTS7000215 tells the same, at the first sign-in.
    CLIENT_SECRET: common.CLIENT_SECRET.refine((secret) => !GUID.test(secret), {
      error: "is the id of a secret: enter its value, which is shown when it is made",
    }),
    ISSUER: site(MICROSOFT, `${MICROSOFT}: without a path, for the tenants stand in _TENANTS`),
    ISSUER_ALIASES: ownNameAlone,
    SCOPES: scopes("openid email"),
    TENANTS: tenants(),
  }),
  github: z.object({
    ...common,
    ISSUER: site(GITHUB, `${GITHUB} or https://github.example.com: without a path`),
    ISSUER_ALIASES: ownNameAlone,
    // GET /user needs no scope, and the list of addresses this one (docs.github.com, Scopes for OAuth apps).
    SCOPES: scopes("user:email"),
    TENANTS: noTenants,
  }),
} as const satisfies Record<Kind, z.ZodObject>;

/** An OpenID Connect issuer as it was given: no slash is added or taken away, for it is compared as it stands (FD-05). */
function isIssuer(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || text.length > ISSUER_MAX_LENGTH) return false;
  if (!VISIBLE_ASCII.test(text) || /[?#\\*]/.test(text)) return false;
  return url.username === "" && url.password === "" && isSafeOrigin(url);
}

/** The three that differ from what OpenID Connect promises are no generic providers: what their addresses are worth would be overrated (FD-10, FD-11). */
function ofGenericProvider({ value, issues }: z.core.ParsePayload<string>): void {
  const fault = faultOfGenericIssuer(value);
  if (fault !== undefined) issues.push({ code: "custom", message: fault, input: undefined });
}

function faultOfGenericIssuer(text: string): string | undefined {
  if (!isIssuer(text)) return ISSUER_RULE;
  if (text.includes("/.well-known/"))
    return "must be the provider's own name, as its discovery has it in `issuer`: without /.well-known/openid-configuration";
  const { origin, pathname } = new URL(text);
  if (origin === GOOGLE) return "is Google's: its _KIND must be google";
  if (origin === GITHUB) return "is GitHub's: its _KIND must be github";
  const tenant = pathname.split("/")[1] ?? "";
  if (origin === MICROSOFT && !GUID.test(tenant))
    return "names no tenant by its id: set its _KIND to microsoft, and its _TENANTS to the ids of the directories";
  return undefined;
}

/** The origin of a kind whose paths are known. */
function site(usual: string, example: string) {
  const isSite = (text: string) => isIssuer(text) && URL.parse(text)?.origin === text;
  return z
    .string()
    .refine(isSite, { error: `must be the site that people sign in at, such as ${example}` })
    .default(usual);
}

function scopes(usual: string) {
  const isOpenId = usual.startsWith("openid");
  return parsed(
    (text) => {
      const words = text.split(" ");
      const isGood = words.every((word) => SCOPE.test(word)) && text.length <= SCOPES_MAX_LENGTH;
      return isGood && (!isOpenId || words.includes("openid")) ? words : undefined;
    },
    isOpenId
      ? `must be words with one space between them, openid among them, such as ${usual}`
      : `must be words with one space between them, such as ${usual}`,
  ).prefault(usual);
}

/** GUIDs in lower case. A word would let in everybody whom Microsoft knows, by whatever address (FD-11). */
function tenants() {
  const rule =
    "must be the ids of directories, such as 72f988bf-86f1-41af-91ab-2d7cd011db47, separated by commas: Entra shows it as Directory (tenant) ID";
  return z
    .string({
      error: "is required for the kind microsoft: enter the Directory (tenant) ID that Entra shows",
    })
    .pipe(
      listOf(
        (text) => (GUID.test(text) ? text.toLowerCase() : undefined),
        (text) =>
          text.split(",").some((word) => TENANT_WORD.test(word.trim()))
            ? `lets in everybody who has an account at Microsoft: name the directories instead, by their Directory (tenant) ID; people's own accounts have ${CONSUMERS}`
            : rule,
      ),
    );
}

/** A place that may be led back to, which is compared as it stands: so it is as a URL parser writes it. */
function isRedirect(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.href !== text || text.length > URL_MAX_LENGTH) return false;
  if (!VISIBLE_ASCII.test(text) || /[?#*]/.test(text)) return false;
  if (url.username !== "" || url.password !== "") return false;
  return isSafeOrigin(url) || APP_SCHEME.test(url.protocol);
}

/** Items with commas between them, each once. */
function listOf(
  readItem: (text: string) => string | undefined,
  message: string | ((value: string) => string),
) {
  return parsed((value): ReadonlySet<string> | undefined => {
    const items = value.split(",").map((item) => readItem(item.trim()));
    const good = items.filter((item) => item !== undefined);
    const isWhole = good.length === items.length && new Set(good).size === good.length;
    return isWhole && good.length <= LIST_MAX ? new Set(good) : undefined;
  }, message);
}

/** A variable that this kind does not have: none of its values would have an effect. */
function absent(message: string) {
  return z.undefined({ error: message }).transform((): ReadonlySet<string> => new Set());
}
