/** After a sign-in: what is still to be done or said, then on to where the person was going. */
import { useEffect, useState } from "preact/hooks";
import { accountSections } from "../../entries.ts";
import { api } from "../kit/api.ts";
import { Button } from "../kit/button.tsx";
import { Gate } from "../kit/frame.tsx";
import { needsSecondFactor } from "../kit/given.ts";
import { Loading } from "../kit/loading.tsx";
import { Notice } from "../kit/notice.tsx";
import { href, leaveFor, usePlace } from "../kit/router.tsx";
import { withRecent } from "../parts/step-up.tsx";
import { type Destination, destinationOf } from "./destination.ts";
import { Enrol } from "./enrol.tsx";
import { type Arrived, useJourney } from "./journey.ts";
import { say } from "./words.ts";

/** `leaving`: there is nothing to do or say. */
type Step =
  | { readonly name: "looking" | "enrol" | "leaving" }
  | { readonly name: "say"; readonly what: "recovered" | "linked" | "notLinked" };

export function Arrival({ user, by }: Arrived) {
  const { query } = usePlace();
  const { journey, change } = useJourney();
  const [step, setStep] = useState<Step>({ name: "looking" });
  const destination = destinationOf(query);

  useEffect(() => {
    void look().then(setStep);
  }, []);
  useEffect(() => {
    if (step.name === "leaving") leaveFor(destination.url, { replace: true });
  }, [step.name]);

  async function look(): Promise<Step> {
    if (await lacksFactor(user.role)) return { name: "enrol" };
    if (journey.collision) {
      const { linkToken } = journey.collision;
      change({ collision: undefined });
      const claimed = await withRecent(() => api().claimIdentity({ linkToken }));
      return { name: "say", what: claimed.ok ? "linked" : "notLinked" };
    }
    return by === "recovery_code" ? { name: "say", what: "recovered" } : { name: "leaving" };
  }

  switch (step.name) {
    case "looking":
    case "leaving":
      return <OneMoment destination={destination} />;
    case "enrol":
      return <Enrol done={() => void look().then(setStep)} />;
    case "say":
      return <Said what={step.what} destination={destination} />;
  }
}

/** Waits while the browser leaves. Where it does not, the link does. */
function OneMoment({ destination }: { readonly destination: Destination }) {
  return (
    <Gate title={say("signedInTitle")} about={say("oneMoment")}>
      <Loading />
      <p>
        <a href={destination.url}>{say("goOn")}</a>
      </p>
    </Gate>
  );
}

function Said({
  what,
  destination,
}: {
  readonly what: "recovered" | "linked" | "notLinked";
  readonly destination: Destination;
}) {
  const { host, url } = destination;
  const onward = host === undefined ? say("goOn") : say("goOnTo", { host });
  const security = href(accountSections.security);
  return (
    <Gate title={say("signedInTitle")}>
      <Notice tone={what === "linked" ? "good" : "warn"}>
        <p>{say(what)}</p>
      </Notice>
      <div class="tight">
        {what === "recovered" && (
          <Button kind="primary" isWide onClick={() => leaveFor(security, { replace: true })}>
            {say("replaceApp")}
          </Button>
        )}
        <Button
          kind={what === "recovered" ? "plain" : "primary"}
          isWide
          onClick={() => leaveFor(url, { replace: true })}
        >
          {onward}
        </Button>
      </div>
    </Gate>
  );
}

/** True where this service asks the account for a second factor, and it has none. If nobody answers, its pages find out. */
async function lacksFactor(role: string): Promise<boolean> {
  if (!needsSecondFactor(role)) return false;
  const factors = await api().listMyFactors();
  return factors.ok && factors.data.totp === null && factors.data.passkeys === 0;
}
