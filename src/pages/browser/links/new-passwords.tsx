/** `/reset` and `/confirm`: each sends the token of a link with the password that its holder chooses. */
import { api } from "../kit/api.ts";
import { Gate } from "../kit/frame.tsx";
import { takeLink } from "./link.ts";
import { NewPasswordView } from "./new-password-view.tsx";
import { say } from "./words.ts";

export function Reset() {
  return (
    <Gate title={say("resetTitle")}>
      <NewPasswordView
        token={takeLink().get("token")}
        send={(input) => api().resetPassword(input)}
        done={() => say("resetDone")}
        noLongerGood={say("resetOver")}
        another="forgotten"
        label={say("newPassword")}
        button={say("resetButton")}
      />
    </Gate>
  );
}

/** Ends a signup or an invitation. */
export function Confirm() {
  return (
    <Gate title={say("confirmTitle")}>
      <NewPasswordView
        token={takeLink().get("token")}
        send={(input) => api().confirmSignup(input)}
        done={({ email }) => say("confirmDone", { email })}
        noLongerGood={say("confirmOver")}
        another="sign-in"
        label={say("password")}
        button={say("confirmButton")}
      >
        <p>{say("confirmText")}</p>
      </NewPasswordView>
    </Gate>
  );
}
