/** A new account. What is said is the same whether or not the address has one. */
import type { Schemas } from "@portcullis/client";
import { useRef } from "preact/hooks";
import { pagePaths } from "../../../contract/page-paths.ts";
import { api } from "../kit/api.ts";
import { Button } from "../kit/button.tsx";
import { EmailField, NewPasswordField } from "../kit/fields.tsx";
import { Form, useForm } from "../kit/form.tsx";
import { Gate } from "../kit/frame.tsx";
import { given } from "../kit/given.ts";
import { Notice } from "../kit/notice.tsx";
import { Link, navigate, usePlace } from "../kit/router.tsx";
import { strengthOf } from "../kit/strength.ts";
import { readersLanguage } from "../kit/words.ts";
import { destinationOf, onTheWay } from "./destination.ts";
import { useJourney } from "./journey.ts";
import { useSignInAnew } from "./sign-in-anew.ts";
import { Providers } from "./providers.tsx";
import { say, sayParts } from "./words.ts";

export function SignUp() {
  const { query } = usePlace();
  const { signup, service } = given();
  const { host, isRefused } = destinationOf(query);
  const after = (
    <p>
      {say("haveAccount")} <Link to={onTheWay(pagePaths.signIn, query)}>{say("signIn")}</Link>
    </p>
  );
  if (signup === "closed")
    return (
      <Gate title={say("signUpTitle")} after={after}>
        <Notice>
          <p>{say("signUpClosed", { service })}</p>
        </Notice>
      </Gate>
    );
  return (
    <Gate title={say("signUpTitle")} about={host && say("toContinue", { host })} after={after}>
      {isRefused && (
        <Notice tone="warn">
          <p>{say("returnRefused")}</p>
        </Notice>
      )}
      <NewAccount />
      <Providers />
    </Gate>
  );
}

function NewAccount() {
  const { query } = usePlace();
  const { journey, change } = useJourney();
  const signInAnew = useSignInAnew();
  const { minLength } = given().newPassword;
  const typed = useRef("");
  const form = useForm({
    fields: ["email", "password"],
    send({ email, password }) {
      typed.current = password;
      return api().signup({ email, password, locale: readersLanguage() });
    },
    async done(data, { email, password }) {
      if (!isStarted(data)) return signInAnew({ email, password });
      change({ email, signup: { email, password, started: data } });
      navigate(onTheWay(pagePaths.signUp, query, { view: "code" }));
    },
    told({ code, fields }) {
      // The server looks at passwords of good addresses alone.
      if ("email" in fields && strengthOf(typed.current, minLength)?.says === "missing")
        return { ...fields, password: say("weak_too_short", { min: minLength }) };
      if (code === "email_taken") return say("noAccountMade");
      if (code === "rate_limited") return say("tooManySignUps");
      return undefined;
    },
  });
  return (
    <Form form={form}>
      <EmailField
        defaultValue={journey.email}
        onInput={({ currentTarget }) => change({ email: currentTarget.value.trim() })}
      />
      <NewPasswordField name="password" label={say("password")} />
      <Button kind="primary" isWide>
        {say("createAccount")}
      </Button>
      <Terms />
    </Form>
  );
}

function isStarted(data: object): data is Schemas["ChallengeStarted"] {
  return "challengeToken" in data;
}

function Terms() {
  const { privacyUrl, termsUrl } = given();
  const privacy = privacyUrl !== null && <a href={privacyUrl}>{say("privacyNotice")}</a>;
  const terms = termsUrl !== null && <a href={termsUrl}>{say("termsOfUse")}</a>;
  if (!privacy && !terms) return null;
  return (
    <p class="small quiet">
      {privacy && terms && sayParts("agreeToBoth", { privacy, terms })}
      {!privacy && terms && sayParts("agreeToTerms", { terms })}
      {privacy && !terms && sayParts("seePrivacy", { privacy })}
    </p>
  );
}
