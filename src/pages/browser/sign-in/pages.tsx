/** Chooses the view: by what has been done so far, then by the address. Nothing in an address signs anybody in. */
import { useState } from "preact/hooks";
import { pagePaths } from "../../../contract/page-paths.ts";
import { providerReturn } from "../../../contract/provider-return.ts";
import { Gate } from "../kit/frame.tsx";
import { Loading } from "../kit/loading.tsx";
import { usePageShow, usePlace } from "../kit/router.tsx";
import { AlreadyIn } from "./already-in.tsx";
import { Arrival } from "./arrival.tsx";
import { ConfirmSignUp } from "./confirm-sign-up.tsx";
import { Forgotten } from "./forgotten.tsx";
import { JourneyProvider, useNewJourney } from "./journey.ts";
import { AskForMail, TypeCode } from "./mail-code.tsx";
import { Second } from "./second.tsx";
import { SignUp } from "./sign-up.tsx";
import { Start } from "./start.tsx";
import { useWhoIsIn } from "./who-is-in.ts";
import { say } from "./words.ts";

export function SignInPages() {
  const { path, query } = usePlace();
  const [collision] = useState(takeCollision);
  const state = useNewJourney({
    email: "",
    collision,
    word: collision === undefined ? undefined : "collision",
  });
  const { who, lookAgain } = useWhoIsIn();
  usePageShow(() => {
    state.change({ arrived: undefined });
    lookAgain();
  });
  const isSignUp = path === pagePaths.signUp;

  function view() {
    const { arrived } = state.journey;
    if (arrived) return <Arrival {...arrived} />;
    if (who.status === "asking")
      return (
        <Gate title={say(isSignUp ? "signUpTitle" : "signIn")}>
          <Loading />
        </Gate>
      );
    if (who.status === "signed_in") {
      // The server's own page has signed in, at the end of a way by a provider.
      const cameBack = !isSignUp && query.get("from") === "provider";
      return cameBack ? (
        <Arrival user={who.user} by="other" />
      ) : (
        <AlreadyIn user={who.user} lookAgain={lookAgain} />
      );
    }
    const name = query.get("view");
    if (isSignUp) return name === "code" ? <ConfirmSignUp /> : <SignUp />;
    switch (name) {
      case "mail":
        return <AskForMail />;
      case "code":
        return <TypeCode />;
      case "second":
        return <Second />;
      case null:
        return <Start />;
      case "forgotten":
        return <Forgotten />;
      default:
        return <Start />;
    }
  }

  return <JourneyProvider value={state}>{view()}</JourneyProvider>;
}

/** Takes what the page that a provider leads back to has left for this one, once. Without storage there is none. */
function takeCollision() {
  try {
    const linkToken = sessionStorage.getItem(providerReturn.linkKey);
    sessionStorage.removeItem(providerReturn.linkKey);
    return linkToken === null ? undefined : { linkToken };
  } catch {
    return undefined;
  }
}
