/** The script of `/confirm`: sends the token of the link with the password of the account that it makes. */
import type { Account } from "./answers.ts";
import { given } from "./given.ts";
import { takeLink } from "./link.ts";
import { startNewPasswordForm } from "./new-password.ts";

const token = takeLink().get("token");

startNewPasswordForm({
  ...given("confirm"),
  token,
  async done(response) {
    const { email } = (await response.json()) as Account; // the contract's answer
    return `Your account is ready. You can sign in as ${email} now.`;
  },
  noLongerGood:
    "This link is no longer good: it was used, it is too old, or another one has taken its place. If you have chosen a password by it, sign in. Otherwise sign up again, or ask for a new invitation.",
});
