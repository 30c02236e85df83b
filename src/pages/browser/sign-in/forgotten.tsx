/** A new password by mail. What is said is the same for every address. */
import { useState } from "preact/hooks";
import { pagePaths } from "../../../contract/page-paths.ts";
import { useAction } from "../kit/action.ts";
import { api } from "../kit/api.ts";
import { Button } from "../kit/button.tsx";
import { EmailField } from "../kit/fields.tsx";
import { Form, useForm } from "../kit/form.tsx";
import { Gate } from "../kit/frame.tsx";
import { Status } from "../kit/notice.tsx";
import { Link, usePlace } from "../kit/router.tsx";
import { onTheWay } from "./destination.ts";
import { useJourney } from "./journey.ts";
import { SendAgain } from "./send-again.tsx";
import { say, sayParts } from "./words.ts";

interface Sent {
  readonly email: string;
  readonly atMs: number;
}

export function Forgotten() {
  const { query } = usePlace();
  const [sent, setSent] = useState<Sent | undefined>(undefined);
  const after = (
    <p>
      <Link to={onTheWay(pagePaths.signIn, query)}>{say("backToSignIn")}</Link>
    </p>
  );
  return sent ? (
    <LinkSent sent={sent} setSent={setSent} after={after} />
  ) : (
    <AskForLink setSent={setSent} after={after} />
  );
}

interface Step {
  readonly setSent: (sent: Sent) => void;
  readonly after: preact.JSX.Element;
}

function AskForLink({ setSent, after }: Step) {
  const { journey, change } = useJourney();
  const form = useForm({
    fields: ["email"],
    send: ({ email }) => api().forgotPassword({ email }),
    done(_, { email }) {
      change({ email });
      setSent({ email, atMs: Date.now() });
    },
  });
  return (
    <Gate title={say("forgottenTitle")} about={say("forgottenAbout")} after={after}>
      <Form form={form}>
        <EmailField defaultValue={journey.email} />
        <Button kind="primary" isWide>
          {say("sendLink")}
        </Button>
      </Form>
    </Gate>
  );
}

function LinkSent({ sent, setSent, after }: Step & { readonly sent: Sent }) {
  const again = useAction({
    send: () => api().forgotPassword({ email: sent.email }),
    done: () => setSent({ ...sent, atMs: Date.now() }),
  });
  return (
    <Gate
      title={say("lookIntoMail")}
      about={sayParts("forgottenSent", { email: <strong>{sent.email}</strong> })}
      after={after}
    >
      <p>{say("forgottenNext")}</p>
      <SendAgain
        key={sent.atMs}
        sentAtMs={sent.atMs}
        isBusy={again.isBusy}
        send={() => void again.run()}
      >
        <Status failure={again.failure} />
      </SendAgain>
    </Gate>
  );
}
