/** Somebody is signed in in this browser: says who, and asks what to do. */
import type { Schemas } from "@portcullis/client";
import { useAction } from "../kit/action.ts";
import { Button } from "../kit/button.tsx";
import { Gate } from "../kit/frame.tsx";
import { given } from "../kit/given.ts";
import { Notice, Status } from "../kit/notice.tsx";
import { usePlace } from "../kit/router.tsx";
import { session } from "../kit/session.ts";
import { destinationOf } from "./destination.ts";
import { useJourney } from "./journey.ts";
import { say, sayParts } from "./words.ts";

export function AlreadyIn({
  user,
  lookAgain,
}: {
  readonly user: Schemas["User"];
  readonly lookAgain: () => void;
}) {
  const { query } = usePlace();
  const { change } = useJourney();
  const { host, isRefused } = destinationOf(query);
  const leave = useAction({
    send: () => session().signOut(),
    done() {
      change({ email: "", pending: undefined, mailed: undefined, word: undefined });
      lookAgain();
    },
  });
  return (
    <Gate
      title={say("alreadyTitle")}
      about={sayParts("alreadyAbout", {
        email: <strong>{user.email}</strong>,
        service: given().service,
      })}
    >
      {isRefused && (
        <Notice tone="warn">
          <p>{say("returnRefused")}</p>
        </Notice>
      )}
      <div class="tight">
        <Button
          kind="primary"
          isWide
          onClick={() => change({ arrived: { user, by: "other" }, word: undefined })}
        >
          {host === undefined ? say("goOn") : say("goOnTo", { host })}
        </Button>
        <Button isWide isBusy={leave.isBusy} onClick={() => void leave.run()}>
          {say("otherAccount")}
        </Button>
        <Status failure={leave.failure} />
      </div>
    </Gate>
  );
}
