/** The script of `/reset`: takes the token out of the link, and sends it with the new password. */
import { element } from "./element.ts";
import { given } from "./given.ts";
import { refusalOfPassword } from "./new-password.ts";
import { readProblem } from "./problem.ts";

// Before anything else: the address bar, and so the history, keeps no token (RS-02).
const token = new URLSearchParams(location.hash.slice(1)).get("token");
history.replaceState(null, "", location.pathname);

const { action, weakPassword } = given("reset");
const form = element("form", HTMLFormElement);
const password = element("#password", HTMLInputElement);
const button = element("button", HTMLButtonElement);
const status = element("[role=status]", HTMLElement);

const INCOMPLETE = "This link is not complete. Open the link in the mail again.";

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void setPassword();
});
if (!token) end(INCOMPLETE);

async function setPassword(): Promise<void> {
  button.disabled = true;
  status.textContent = ""; // what it says is of the last password, and the answer takes a while
  try {
    const response = await fetch(action, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ token, newPassword: password.value }),
    });
    if (response.ok) return void end("Your password is set. You can sign in with it now.");
    const problem = await readProblem(response);
    if (problem.code === "invalid_reset_token")
      return void end("This link is no longer good. Ask for a new one.");
    const refusal = refusalOfPassword(problem, weakPassword);
    // Besides the password, the token alone is sent.
    if (problem.code === "validation_failed" && refusal === undefined) return void end(INCOMPLETE);
    status.textContent = refusal ?? problem.detail;
  } catch {
    status.textContent = "The server could not be reached. Try again.";
  }
  button.disabled = false;
}

/** Leaves nothing but the sentence: with this link there is nothing more to do. */
function end(sentence: string): void {
  form.hidden = true;
  status.textContent = sentence;
}
