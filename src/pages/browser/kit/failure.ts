/** A result that is no success, in the reader's words: beside the fields it is about, and for the rest in one sentence. */
import { readersLanguage, say, sayIfKnown } from "./words.ts";

/** Every result of the client, of one operation or of several. */
export interface AnyResult {
  readonly ok: boolean;
  readonly data?: unknown;
  readonly problem?: unknown;
  readonly failure?: string | undefined;
  readonly detail?: string | undefined;
  /** Of an answer that was no document of this server. */
  readonly response?: { readonly status: number } | undefined;
}
export type SuccessOf<R> = Extract<R, { readonly ok: true }>;
export type DataOf<R> = SuccessOf<R> extends { readonly data: infer D } ? D : undefined;

/** A problem document, as far as it is read here. */
export interface Problem {
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly requestId?: string;
  readonly issues?: readonly Issue[];
  readonly reasons?: readonly string[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly retryAfterSeconds?: number;
  readonly methods?: readonly string[];
  readonly reason?: string;
  readonly linkToken?: string;
  readonly returnTo?: string | null;
}
interface Issue {
  readonly path: readonly string[];
  readonly message: string;
  readonly code: string;
}

export interface Failure {
  /** Of the problem; for an answer that never came `network`, `timeout`, `unexpected_answer`; of a passkey its own. */
  readonly code: string;
  /** For the place that all of a form share; undefined where the fields say all. */
  readonly says: string | undefined;
  /** By the field's name in the request. */
  readonly fields: Readonly<Record<string, string>>;
  /** How long to wait before the next try. Seconds. */
  readonly waitSeconds?: number;
  readonly problem?: Problem;
}

/** Null where there is nothing to tell: the page itself gave the call up. `names`: fields of the form. */
export function failureOf(result: AnyResult, names: readonly string[] = []): Failure | null {
  const { problem, failure = "network" } = result;
  if (isProblem(problem)) return failureOfProblem(problem, names);
  if (failure === "aborted") return null;
  return { code: failure, says: sentenceOfNoAnswer(failure, result), fields: {} };
}

/** The reader's sentence for a problem; where there is none, the problem's own. */
export function sentenceOf(problem: Problem): string {
  const says = sayIfKnown(`problem_${problem.code}`) ?? `${problem.title}. ${problem.detail}`;
  if (problem.code !== "internal_error" || problem.requestId === undefined) return says;
  return `${says} ${say("reference", { requestId: problem.requestId })}`;
}

/** Why a new password was refused. */
function weakPasswordSentence({ reasons = [], minLength = 0, maxLength = 0 }: Problem) {
  const bounds = { min: minLength, max: maxLength };
  const sentences = reasons.map((reason) => sayIfKnown(`weak_${reason}`, bounds));
  return sentences.map((says) => says ?? say("problem_weak_password")).join(" ");
}

function failureOfProblem(problem: Problem, names: readonly string[]): Failure {
  const { code, retryAfterSeconds } = problem;
  const fields = fieldsOf(problem, names);
  return {
    code,
    says: Object.keys(fields).length > 0 ? undefined : sentenceOf(problem),
    fields,
    ...(retryAfterSeconds !== undefined && { waitSeconds: retryAfterSeconds }),
    problem,
  };
}

function fieldsOf(problem: Problem, names: readonly string[]): Readonly<Record<string, string>> {
  const passwordField =
    names.find((name) => name === "newPassword") ?? names.find((name) => name === "password");
  if (problem.code === "weak_password" && passwordField !== undefined)
    return { [passwordField]: weakPasswordSentence(problem) };
  const { issues = [] } = problem;
  // The first of a field is enough: the others follow from it.
  return Object.fromEntries(
    issues
      .filter(({ path }) => names.includes(path.at(-1) ?? ""))
      .map((issue) => [issue.path.at(-1) ?? "", sentenceOfIssue(issue)] as const)
      .reverse(),
  );
}

const issueWords: Readonly<Record<string, string>> = {
  invalid_type: "issue_missing",
  invalid_format: "issue_format",
  too_small: "issue_short",
  too_big: "issue_long",
};

/** The server's sentences are English, and know more than the words here. */
function sentenceOfIssue({ path, code, message }: Issue): string {
  if (path.at(-1) === "email") return say("emailWrong");
  if (readersLanguage() === "en") return `${message.replace(/\.$/, "")}.`;
  return sayIfKnown(issueWords[code] ?? "") ?? say("issue_other");
}

function sentenceOfNoAnswer(failure: string, { detail, response }: AnyResult): string {
  switch (failure) {
    case "network":
    case "refresh_failed":
      return say(navigator.onLine ? "unreachable" : "offline");
    case "timeout":
      return say("timeout");
    case "unexpected_answer":
      // A proxy's own, which could not reach the server either.
      return say((response?.status ?? 0) >= 500 ? "unreachable" : "unexpected");
    default:
      return sayIfKnown(`passkey_${failure}`) ?? detail ?? say("unexpected");
  }
}

export function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && "code" in value && "detail" in value;
}
