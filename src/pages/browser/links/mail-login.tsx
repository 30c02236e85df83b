/**
 * `/login/mail`: signs in the browser that asked, which has the challenge cookie. The cookie is not for scripts, so the
 * page cannot know which browser it is in: it offers the button and shows the code (ML-02). An account with a second
 * factor is asked for it next.
 */
import { isPending, type LoginPending } from "@portcullis/client";
import { useState } from "preact/hooks";
import { api } from "../kit/api.ts";
import { Button } from "../kit/button.tsx";
import { Form, useForm } from "../kit/form.tsx";
import { Gate } from "../kit/frame.tsx";
import { SecondStep } from "../parts/second-step.tsx";
import { End, type EndProps, Incomplete } from "./end.tsx";
import { takeLink } from "./link.ts";
import { overBy } from "./refusals.ts";
import { say } from "./words.ts";

export function MailLogin() {
  const link = takeLink();
  const token = link.get("token");
  return (
    <Gate title={say("mailTitle")}>
      {token ? <SignIn token={token} code={link.get("code") ?? ""} /> : <Incomplete />}
    </Gate>
  );
}

function SignIn({ token, code }: { readonly token: string; readonly code: string }) {
  const [end, setEnd] = useState<EndProps & { readonly isCodeGood?: boolean }>();
  const [second, setSecond] = useState<LoginPending>();
  /** The first step's answer. Kept, so that the second can be tried again: the link is spent, and the code with it. */
  const [pending, setPending] = useState<LoginPending>();

  const signedIn = ({ user }: { readonly user: { readonly email: string } }) =>
    setEnd({ tone: "good", says: say("mailDone", { email: user.email }), next: "account" });
  const over = (says: string) => setEnd({ tone: "bad", says, next: "sign-in" });

  const form = useForm({
    fields: [],
    async send() {
      if (pending !== undefined) return api().finishSignIn(pending);
      const result = await api().signInByMail({ token });
      const half = result.ok ? result.data : result.pending;
      if (isPending(half)) setPending(half);
      return result;
    },
    done: (data) => (isPending(data) ? setSecond(data) : signedIn(data)),
    told(failure) {
      if (failure.code === "not_found") return (over(say("mailOff")), null);
      if (failure.code === "invalid_login_token")
        return (over(say("problem_invalid_login_token")), null);
      const says = overBy(failure, say("mailNotHere"));
      if (says === undefined) return undefined;
      setEnd({ tone: "bad", says, next: "sign-in", isCodeGood: true });
      return null;
    },
  });

  if (second !== undefined && end === undefined)
    return <SecondStep pending={second} onDone={signedIn} onOver={over} />;
  if (end !== undefined) return <End {...end}>{end.isCodeGood && <Code code={code} />}</End>;
  return (
    <>
      <Form form={form}>
        <p>{say("mailText")}</p>
        <Button kind="primary" isWide>
          {say("signIn")}
        </Button>
      </Form>
      {pending === undefined && <Code code={code} />}
    </>
  );
}

/** The code 4+4, as the mail has it. Nothing but digits: a link must not put words on this page. */
function Code({ code }: { readonly code: string }) {
  const digits = /^(\d{4})(\d{4})$/.exec(code);
  if (digits === null) return null;
  return (
    <section class="tight">
      <p>{say("mailElsewhere")}</p>
      <p class="shown-code">
        {digits[1]} {digits[2]}
      </p>
      <p class="quiet small">{say("mailNotAsked")}</p>
    </section>
  );
}
