/** The script of `/reset`: sends the token of the link with the new password. */
import { given } from "./given.ts";
import { takeLink } from "./link.ts";
import { startNewPasswordForm } from "./new-password.ts";

const token = takeLink().get("token");

startNewPasswordForm({
  ...given("reset"),
  token,
  done: () => "Your password is set. You can sign in with it now.",
  noLongerGood: "This link is no longer good. Ask for a new one.",
});
