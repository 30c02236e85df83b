/** Notices above every section: what the account lacks, and what to do after a recovery code. */
import { useEffect, useState } from "preact/hooks";
import { accountSections } from "../../entries.ts";
import { api } from "../kit/api.ts";
import { TextButton } from "../kit/button.tsx";
import { Notice } from "../kit/notice.tsx";
import { Link } from "../kit/router.tsx";
import { type Factors, hasSecondFactor } from "./factors.ts";
import type { OwnEvent } from "./happenings.ts";
import { cameBackAt } from "./recovery.ts";
import { say } from "./words.ts";

/** Few enough to make new ones. */
export const FEW_CODES = 3;
/** Parts of the section Security that links lead to, by their fragments. */
export const securityParts = { passkeys: "passkeys", app: "app", codes: "codes" } as const;
/** Enough to find the sign-in with a code that is the reason for the visit. */
const EVENTS_READ = 50;

export function EnrolmentNotice() {
  return (
    <Notice tone="warn">
      <p>{say("enrol")}</p>
      <p>
        <Link to={accountSections.security}>{say("enrolNow")}</Link>
      </p>
    </Notice>
  );
}

/** Put away by whoever reads it, until the page is loaded anew. */
let isPutAway = false;

interface RecoveryProps {
  readonly factors: Factors | undefined;
}

/** Asks for the latest events, where the account has codes that may have been used. */
export function RecoveryNotice({ factors }: RecoveryProps) {
  const [events, setEvents] = useState<readonly OwnEvent[]>();
  const codesLeft = factors?.recoveryCodes?.remaining ?? 0;
  const hasCodes = factors !== undefined && hasSecondFactor(factors);
  useEffect(() => {
    if (!hasCodes) return undefined;
    let isGone = false;
    void api()
      .listMyEvents({ limit: EVENTS_READ })
      .then((read) => {
        if (!isGone && read.ok) setEvents(read.data.items);
      });
    return () => {
      isGone = true;
    };
  }, [hasCodes, codesLeft]);
  return <RecoveryNoticeOf factors={factors} events={events} />;
}

/** The notice for a view that has the events itself. `events`: the latest, newest first. */
export function RecoveryNoticeOf({
  factors,
  events = [],
}: RecoveryProps & { readonly events: readonly OwnEvent[] | undefined }) {
  const [isHidden, setHidden] = useState(isPutAway);
  const backAt = cameBackAt(events);
  if (!factors || !hasSecondFactor(factors) || backAt === undefined || isHidden) return null;
  const { totp } = factors;
  const hasLostApp = totp !== null && totp.createdAt < backAt; // a newer one is on the device that is here
  const codesLeft = factors.recoveryCodes?.remaining ?? 0;
  return (
    <Notice tone="warn">
      <p>
        <strong>{say("recoveredTitle")}</strong>
      </p>
      <p>{say("recovered")}</p>
      <ul class="bullets">
        {factors.passkeys > 0 && (
          <li>
            <Link to={`${accountSections.security}#${securityParts.passkeys}`}>
              {say(totp === null ? "recoveredPasskey" : "recoveredPasskeyGoes")}
            </Link>
          </li>
        )}
        {hasLostApp && (
          <li>
            <Link to={`${accountSections.security}#${securityParts.app}`}>
              {say("recoveredApp")}
            </Link>
          </li>
        )}
        <li>
          <Link to={accountSections.sessions}>{say("recoveredSessions")}</Link>
        </li>
        {codesLeft <= FEW_CODES && (
          <li>
            <Link to={`${accountSections.security}#${securityParts.codes}`}>
              {say("recoveredCodes", { count: codesLeft })}
            </Link>
          </li>
        )}
      </ul>
      <p>
        <TextButton
          onClick={() => {
            isPutAway = true;
            setHidden(true);
          }}
        >
          {say("recoveredHide")}
        </TextButton>
      </p>
    </Notice>
  );
}
