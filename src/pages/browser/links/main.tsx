/** The pages that mails and providers lead to. */
import { pagePaths, providerCallbackPath } from "../../../contract/page-paths.ts";
import { providerReturn } from "../../../contract/provider-return.ts";
import { Gate } from "../kit/frame.tsx";
import { matchPath, withoutMount } from "../kit/route.ts";
import { given } from "../kit/given.ts";
import { Routes } from "../kit/router.tsx";
import { NotFound, startApplication } from "../kit/start.tsx";
import { Email } from "./email.tsx";
import { takeLink } from "./link.ts";
import { MailLogin } from "./mail-login.tsx";
import { Confirm, Reset } from "./new-passwords.tsx";
import { Provider } from "./provider.tsx";
import { takeArrival } from "./provider-arrival.ts";
import { say } from "./words.ts";

// First of all, before any word is loaded: what stands in the address must not stay there.
const callback = providerCallbackPath(":id");
const path = withoutMount(given().mountPath, location.pathname) ?? "";
const arrival =
  matchPath(callback, path) === undefined ? undefined : takeArrival(providerReturn.flowKey);
takeLink();

function View() {
  return (
    <Routes
      routes={{
        [pagePaths.reset]: () => <Reset />,
        [pagePaths.confirm]: () => <Confirm />,
        [pagePaths.email]: () => <Email />,
        [pagePaths.mailLogin]: () => <MailLogin />,
        [callback]: ({ id = "" }) => <Provider id={id} arrival={arrival} />,
      }}
      otherwise={() => (
        <Gate title={say("notFoundTitle")}>
          <NotFound />
        </Gate>
      )}
    />
  );
}

void startApplication({
  name: "links",
  words: [
    {
      en: () => import("../../messages/en/links.ts").then(({ links }) => links),
      de: () => import("../../messages/de/links.ts").then(({ links }) => links),
    },
  ],
  View,
});
