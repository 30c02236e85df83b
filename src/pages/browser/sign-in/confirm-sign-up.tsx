/** The proof of an address that somebody signs up with: by the code of the mail here, or by its link elsewhere. */
import { pagePaths } from "../../../contract/page-paths.ts";
import { api } from "../kit/api.ts";
import { Gate } from "../kit/frame.tsx";
import { Notice } from "../kit/notice.tsx";
import { Link, usePlace } from "../kit/router.tsx";
import { readersLanguage } from "../kit/words.ts";
import { MailCode } from "../parts/mail-code.tsx";
import { onTheWay } from "./destination.ts";
import { type Journey, useJourney } from "./journey.ts";
import { useSignInAnew } from "./sign-in-anew.ts";
import { say, sayParts } from "./words.ts";

export function ConfirmSignUp() {
  const { query } = usePlace();
  const { signup } = useJourney().journey;
  const after = (
    <p>
      <Link to={onTheWay(pagePaths.signUp, query)}>{say("startOver")}</Link>
    </p>
  );
  return (
    <Gate title={say("lookIntoMail")} after={after}>
      {signup ? (
        <TypeProof signup={signup} />
      ) : (
        <Notice>
          <p>{say("signUpReloaded")}</p>
        </Notice>
      )}
    </Gate>
  );
}

function TypeProof({ signup }: { readonly signup: NonNullable<Journey["signup"]> }) {
  const { email, password, started } = signup;
  const signInAnew = useSignInAnew();
  return (
    <>
      <MailCode
        started={started}
        send={(code, challengeToken = "") => api().confirmSignup({ challengeToken, code })}
        onDone={() => signInAnew({ email, password })}
        again={() => api().signup({ email, password, locale: readersLanguage() })}
        button={say("createAccount")}
      >
        <p>{sayParts("proofAbout", { email: <strong>{email}</strong> })}</p>
      </MailCode>
      <p class="small quiet">{say("proofByLink")}</p>
    </>
  );
}
