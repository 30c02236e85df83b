import type { Account } from "./answers.ts";
import { readCookie } from "./cookie.ts";
import { readProblem } from "./problem.ts";

/** Reads the account of the browser's session; null where there is no session. Does not ask without its cookie. */
export async function readMe(paths: {
  readonly csrfCookie: string;
  readonly me: string;
}): Promise<Account | null> {
  if (readCookie(paths.csrfCookie) === undefined) return null;
  const response = await fetch(paths.me);
  if (response.ok) return (await response.json()) as Account; // the contract's answer
  const { code, detail } = await readProblem(response);
  if (code === "unauthenticated") return null;
  throw new Error(detail);
}
