/** The form in which the holder of a mailed link chooses a password: of `/reset` and of `/confirm`. */
import type { WeakPasswordSentences } from "../../contract/password-policy.ts";
import { element } from "./element.ts";
import { endIncomplete, post, refused, startForm } from "./link-form.ts";
import type { Problem } from "./problem.ts";

export interface NewPasswordForm {
  /** Path of the operation. */
  readonly action: string;
  readonly weakPassword: WeakPasswordSentences;
  /** Null or empty where the link was cut off. */
  readonly token: string | null;
  /** The sentence for a success. */
  readonly done: (response: Response) => string | Promise<string>;
  readonly noLongerGood: string;
}

export function startNewPasswordForm(page: NewPasswordForm): void {
  const { action, weakPassword, token, done, noLongerGood } = page;
  if (!token) return void endIncomplete();
  const password = element("#password", HTMLInputElement);
  startReveal(password);
  startForm(element("form", HTMLFormElement), async () => {
    password.removeAttribute("aria-invalid");
    const { response, problem } = await post(action, { token, newPassword: password.value });
    if (problem === undefined) return { kind: "done", says: await done(response) };
    const refusal = refusalOfPassword(problem, weakPassword);
    if (refusal === undefined) return refused(problem, noLongerGood);
    password.setAttribute("aria-invalid", "true");
    password.focus();
    return { kind: "again", says: refusal };
  });
}

/** Says why a new password was refused; undefined where the problem is not about it. */
function refusalOfPassword(problem: Problem, sentences: WeakPasswordSentences): string | undefined {
  if (problem.code === "weak_password")
    return problem.reasons.map((reason) => sentences[reason]).join(" ");
  // A fault that no policy judges, such as half a character: the message says it.
  if (problem.code !== "validation_failed") return undefined;
  return problem.issues.find(({ path }) => path.join() === "newPassword")?.message;
}

/** Lets people see what they type. */
function startReveal(password: HTMLInputElement): void {
  const button = element(".reveal", HTMLButtonElement);
  button.addEventListener("click", () => {
    const isShown = password.type === "text";
    password.type = isShown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!isShown));
    button.textContent = isShown ? "Show" : "Hide";
  });
}
