/** The first page: address and password, and every other way in that the settings offer. */
import { useRef } from "preact/hooks";
import { pagePaths } from "../../../contract/page-paths.ts";
import { api } from "../kit/api.ts";
import { Button } from "../kit/button.tsx";
import { EmailField, PasswordField } from "../kit/fields.tsx";
import { Form, type FormState, useForm } from "../kit/form.tsx";
import { Gate } from "../kit/frame.tsx";
import { given } from "../kit/given.ts";
import { MailIcon } from "../kit/icons.tsx";
import { Notice, Status } from "../kit/notice.tsx";
import { Link, navigate, usePlace } from "../kit/router.tsx";
import { canUsePasskeys, PasskeyButton } from "../parts/passkeys.tsx";
import { destinationOf, onTheWay } from "./destination.ts";
import { useJourney } from "./journey.ts";
import { Providers } from "./providers.tsx";
import { useFirstStep, useMailCode } from "./ways.ts";
import { say } from "./words.ts";

/** Misses after which somebody who types the right password may be locked out. */
const MISSES_BEFORE_LOCK_IS_TOLD = 3;

export function Start() {
  const { query } = usePlace();
  const { journey, change } = useJourney();
  const { signup, service } = given();
  const destination = destinationOf(query);
  const onward = useFirstStep();
  const misses = useRef(0);
  const form = useForm({
    fields: ["email", "password"],
    send: (credentials) => api().login(credentials),
    done: (data, { email }) => {
      change({ email });
      onward(data, email);
    },
    told({ code }) {
      if (code === "rate_limited") return say("tooManySignIns");
      if (code !== "invalid_credentials") return undefined;
      misses.current += 1;
      const isLong = misses.current >= MISSES_BEFORE_LOCK_IS_TOLD;
      return { password: say(isLong ? "wrongPasswordAgain" : "wrongPassword") };
    },
  });

  return (
    <Gate
      title={say("signIn")}
      about={destination.host && say("toContinue", { host: destination.host })}
      after={
        signup !== "closed" && (
          <p>
            {say("newHere", { service })}{" "}
            <Link to={onTheWay(pagePaths.signUp, query)}>{say("createAccount")}</Link>
          </p>
        )
      }
    >
      <Words isRefused={destination.isRefused} />
      <Form form={form}>
        <EmailField
          autocomplete={canUsePasskeys() ? "username webauthn" : "username"}
          defaultValue={journey.email}
          onInput={({ currentTarget }) => change({ email: currentTarget.value.trim() })}
        />
        <PasswordField
          after={
            <p class="small aside">
              <Link to={onTheWay(pagePaths.signIn, query, { view: "forgotten" })}>
                {say("forgottenLink")}
              </Link>
            </p>
          }
        />
        <Button kind="primary" isWide>
          {say("signIn")}
        </Button>
      </Form>
      <OtherWays form={form} />
    </Gate>
  );
}

/** Tells what ended elsewhere, or will not be done. */
function Words({ isRefused }: { readonly isRefused: boolean }) {
  const { word } = useJourney().journey;
  if (word === undefined && !isRefused) return null;
  return (
    <div class="tight">
      {word !== undefined && (
        <Notice tone={word === "newAccount" ? "good" : "plain"} announce>
          <p>{say(`word_${word}`)}</p>
        </Notice>
      )}
      {isRefused && (
        <Notice tone="warn">
          <p>{say("returnRefused")}</p>
        </Notice>
      )}
    </div>
  );
}

function OtherWays({ form }: { readonly form: FormState }) {
  const { query } = usePlace();
  const { waysIn } = given();
  const { change } = useJourney();
  const onward = useFirstStep();
  const mail = useMailCode((email) => form.tell({ email }));
  if (!canUsePasskeys() && !waysIn.mailCode) return <Providers />;

  function askForMail(): void {
    const email = typedAddress(form);
    change({ email });
    if (email === "") navigate(onTheWay(pagePaths.signIn, query, { view: "mail" }));
    else void mail.run(email);
  }

  return (
    <>
      <p class="or">{say("or")}</p>
      <div class="tight">
        <PasskeyButton onDone={onward} />
        {waysIn.mailCode && (
          <>
            <Button isWide isBusy={mail.isBusy} onClick={askForMail}>
              <MailIcon />
              {say("sendCode")}
            </Button>
            <Status failure={mail.failure} />
          </>
        )}
        <Providers isAlone={false} />
      </div>
    </>
  );
}

/** Reads the address as it is typed, or filled in by a password manager. */
function typedAddress(form: FormState): string {
  const field = form.element.current?.elements.namedItem("email");
  return field instanceof HTMLInputElement ? field.value.trim() : "";
}
