/** PUBLIC_URL: what answers there, if it is this installation, and how its answers arrive. */
import { cookieNames, plainCookieName } from "../../contract/cookies.ts";
import { logout } from "../../contract/sessions.ts";
import { clearedCookies } from "../../routes/cookies.ts";
import { createBaseHeaders } from "../../routes/headers.ts";
import { type Answer, isAnswer, type NoAnswer } from "./ask.ts";
import { attention, type Finding, ok, wrong } from "./finding.ts";
import type { Sight } from "./look.ts";

const HSTS = "strict-transport-security";
/** hstspreload.org: half a year is the least that lists of browsers have ever taken; a year is asked for today. Seconds. */
const HSTS_SHORT_SECONDS = 31_536_000;

/** `answer` is that of GET /healthz. */
export function judgeAnswer(publicUrl: string, answer: Answer | NoAnswer): readonly Finding[] {
  if (!isAnswer(answer))
    return [
      wrong(
        `nothing answers at ${publicUrl} (${answer.fault})`,
        "Start the server; then the proxy in front of it, and the name",
      ),
    ];
  const { status, headers, body } = answer;
  const [leadsTo] = headers["location"] ?? [];
  if (status >= 300 && status < 400)
    return [
      wrong(
        `${publicUrl} leads on to ${originOf(leadsTo)}: clients and links do not follow`,
        "Make PUBLIC_URL the address in which it ends",
      ),
    ];
  if (status === 200 && body.includes('"ok"')) return [ok(`${publicUrl} answers`)];
  const isProxy = status >= 502 && status <= 504;
  return [
    wrong(
      `${publicUrl} answers ${status} to GET /healthz`,
      isProxy
        ? "The proxy reaches no server: is it started, and on that port?"
        : "Is it another service's? Correct the proxy or PUBLIC_URL",
    ),
  ];
}

/** `ours` is the version of the one who looks. */
export function judgeInstallation(
  answer: Answer | NoAnswer,
  sight: Sight,
  ours: string,
): readonly Finding[] {
  if ("seen" in sight) {
    const { version } = sight.seen;
    return version === ours
      ? [ok(`it has this AUTH_SECRET, and is version ${version}`)]
      : [
          attention(
            `version ${version} runs there, and ${ours} is installed here`,
            "Restart the server, or look with its own version",
          ),
        ];
  }
  if (sight.fault === "no_secret")
    return [
      attention(
        "not known: there is no AUTH_SECRET to tell by",
        "Start the server once, or set it",
      ),
    ];
  if (sight.fault === "no_answer" || !isAnswer(answer))
    return [attention("not known: nothing answers there", "See public_url")];
  return [
    wrong(
      "what answers there has not this AUTH_SECRET, or is an older version",
      "Compare the settings of the server with those here; then PUBLIC_URL",
    ),
  ];
}

export function judgeHsts(publicUrl: string, answer: Answer | NoAnswer): readonly Finding[] {
  if (!publicUrl.startsWith("https:")) return [ok("nothing to ask for: PUBLIC_URL is plain http")];
  if (!isAnswer(answer)) return [notKnown()];
  const lines = answer.headers[HSTS] ?? [];
  const next = `Let the proxy pass ${HSTS} on as the server sends it`;
  const [line = "", ...others] = lines;
  if (lines.length === 0)
    return [wrong("browsers are not told: a first visit may go in plain text", next)];
  if (others.length > 0)
    // RFC 6797 §8.1: the first one counts.
    return [attention(`the header comes ${lines.length} times, and the first one counts`, next)];
  const age = Number(/max-age="?(\d+)/i.exec(line)?.[1] ?? 0);
  if (age < HSTS_SHORT_SECONDS)
    return [attention(`browsers keep it for ${Math.floor(age / 86_400)} days`, next)];
  return [ok(`for ${Math.floor(age / 86_400)} days`)];
}

/** Every header that the server puts on all answers, but for HSTS, which has its own line. */
export function judgeHeaders(answer: Answer | NoAnswer): readonly Finding[] {
  if (!isAnswer(answer)) return [notKnown()];
  const sent = Object.entries(createBaseHeaders(false));
  const altered = sent.filter(([name, value]) => answer.headers[name]?.join() !== value);
  if (altered.length === 0) return [ok(`all ${sent.length} arrive as they are sent`)];
  const names = altered.map(([name]) => name);
  const isGone = altered.some(([name]) => answer.headers[name] === undefined);
  return [
    (isGone ? wrong : attention)(
      `${isGone ? "missing or altered" : "altered, or twice"}: ${names.join(", ")}`,
      "Let the proxy pass them on, and add none of its own",
    ),
  ];
}

/** The operation whose answer sets cookies and changes nothing where nobody is signed in. */
export const cookieQuestion = { path: logout.path, method: logout.method } as const;

/** `answer` is that of a logout without a session. */
export function judgeCookies(answer: Answer | NoAnswer, isPlain: boolean): readonly Finding[] {
  if (!isAnswer(answer)) return [notKnown()];
  if (answer.status !== 204)
    return [
      wrong(
        `a logout answers ${answer.status}, and sets no cookies`,
        "Let the proxy pass POST /logout on",
      ),
    ];
  const came = new Set(answer.headers["set-cookie"]);
  const lost = clearedCookies
    .map((cookie) => expected(cookie, isPlain))
    .filter((cookie) => !came.has(cookie));
  if (lost.length === 0)
    return isPlain
      ? [ok("plain, by DEV_COOKIES")]
      : [ok(`all ${clearedCookies.length} arrive as they are set`)];
  const names = lost.map((cookie) => cookie.split("=")[0]);
  return [
    wrong(
      `altered on their way: ${names.join(", ")}`,
      "Take away what rewrites cookies in the proxy: proxy_cookie_flags, _path, _domain",
    ),
  ];
}

function expected(cookie: string, isPlain: boolean): string {
  const name = cookieNames.find((each) => cookie.startsWith(`${each}=`));
  if (!isPlain || name === undefined) return cookie;
  return plainCookieName(name) + cookie.slice(name.length).replace("; Secure", "");
}

/** For a check that needs an answer, where there is none. */
export function notKnown(): Finding {
  return attention("not known: nothing answers there", "See public_url");
}

/** Of a stranger's header: only its origin is shown. */
function originOf(location: string | undefined): string {
  return URL.parse(location ?? "")?.origin ?? "another path";
}
