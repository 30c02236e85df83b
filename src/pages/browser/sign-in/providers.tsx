/** Buttons of providers. Their way leads back here, by the server's own page, and on from here. */
import { pagePaths } from "../../../contract/page-paths.ts";
import { given } from "../kit/given.ts";
import { href, usePlace } from "../kit/router.tsx";
import { ProviderButtons } from "../parts/providers.tsx";
import { onTheWay } from "./destination.ts";
import { say } from "./words.ts";

/** `isAlone`: nothing else stands below the word that separates them from the form. */
export function Providers({ isAlone = true }: { readonly isAlone?: boolean }) {
  const { query } = usePlace();
  if (given().waysIn.providers.length === 0) return null;
  // An application would be handed half a login. This page ends it, and leads there signed in.
  const back = href(onTheWay(pagePaths.signIn, query, { from: "provider" }));
  const buttons = <ProviderButtons returnTo={new URL(back, location.origin).href} />;
  if (!isAlone) return buttons;
  return (
    <>
      <p class="or">{say("or")}</p>
      <div class="tight">{buttons}</div>
    </>
  );
}
