/**
 * The script of `/login/mail`: signs in the browser that asked, which has the challenge cookie. The cookie is not for
 * scripts, so the page cannot know which browser it is in: it offers the button and shows the code (ML-02). An account
 * with a second factor is asked for it next.
 */
import type { CookieSession, LoginPending } from "./answers.ts";
import { element } from "./element.ts";
import { given } from "./given.ts";
import { takeLink } from "./link.ts";
import { endIncomplete, post, refused, startForm, type Told } from "./link-form.ts";
import type { Problem } from "./problem.ts";
import { startSecondStep } from "./second-step.ts";

const link = takeLink();
const token = link.get("token");
const code = link.get("code") ?? "";
const { complete, finish, passkey } = given("maillogin");
const elsewhere = element(".elsewhere", HTMLElement);

const NOT_HERE =
  "This browser did not ask to be signed in, or the link was used or is too old. Type the code of the mail where you asked. If it is refused there, ask for a new mail.";
const UNFINISHED =
  "The sign-in took too long, was tried too often, or your account has changed meanwhile. Sign in again from the beginning.";
const ONWARD = "Go back to the page on which you asked, or load it again.";
const SWITCHED_OFF = "Nobody can sign in by mail here any more. Sign in with your password.";

/** The first step's answer. Kept, so that the second can be tried again: the link is spent. */
let pending: LoginPending | undefined;

if (token) {
  showCode();
  startForm(element(".first-step", HTMLFormElement), () => signIn(token));
} else endIncomplete();

async function signIn(linkToken: string): Promise<Told | "onward"> {
  if (pending === undefined) {
    const { response, problem } = await post(complete, { token: linkToken });
    if (problem?.code === "not_found") return over(SWITCHED_OFF);
    if (problem !== undefined) return refused(problem, NOT_HERE);
    pending = (await response.json()) as LoginPending; // the contract's answer
    elsewhere.hidden = true; // the code is spent with the link
  }
  const { loginToken, secondFactors } = pending;
  if (secondFactors.length > 0)
    return startSecondStep({
      pending,
      passkeyPath: passkey,
      finish: (proof) => finishBy({ loginToken, ...proof }),
      refused: refusedFinish,
    });
  const outcome = await finishBy({ loginToken, method: "none" });
  return "kind" in outcome ? outcome : refusedFinish(outcome);
}

async function finishBy(body: Readonly<Record<string, unknown>>): Promise<Told | Problem> {
  const { response, problem } = await post(finish, body);
  if (problem !== undefined) return problem;
  const { user } = (await response.json()) as CookieSession; // the contract's answer
  element(".onward", HTMLElement).hidden = false;
  return { kind: "done", says: `You are signed in as ${user.email}. ${ONWARD}` };
}

function refusedFinish(problem: Problem): Told {
  if (problem.code === "invalid_login_token") return { kind: "over", says: UNFINISHED };
  return refused(problem, UNFINISHED);
}

function over(says: string): Told {
  elsewhere.hidden = true;
  return { kind: "over", says };
}

/** Shows the code 4+4, as the mail has it. Nothing but digits: a link must not put words on this page. */
function showCode(): void {
  const digits = /^(\d{4})(\d{4})$/.exec(code);
  if (digits === null) return;
  element(".code", HTMLElement).textContent = `${digits[1]} ${digits[2]}`;
  elsewhere.hidden = false;
}
