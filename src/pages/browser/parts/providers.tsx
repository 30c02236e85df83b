/** Buttons of providers. The page that they lead back to ends what begins here. */
import { useState } from "preact/hooks";
import { useAction } from "../kit/action.ts";
import { api } from "../kit/api.ts";
import { Button } from "../kit/button.tsx";
import { given } from "../kit/given.ts";
import { ProviderIcon } from "../kit/icons.tsx";
import { Status } from "../kit/notice.tsx";
import { usePageShow } from "../kit/router.tsx";
import { say } from "../kit/words.ts";

/** One for each provider that the settings have. `returnTo`: a whole URL, as `readReturnTo` of the contract answers it. */
export function ProviderButtons({ returnTo }: { readonly returnTo?: string | undefined }) {
  const { providers } = given().waysIn;
  const [chosen, setChosen] = useState<string>();
  const leave = useAction({
    send: (providerId: string) => api().startProviderLogin({ providerId, returnTo }),
    done: ({ authorizationUrl }) => leaveForProvider(authorizationUrl),
  });
  // Back from there out of the browser's memory: the button waits for nothing any more.
  usePageShow(() => location.reload());
  if (providers.length === 0) return null;
  return (
    <>
      {providers.map(({ id, name }) => (
        <Button
          key={id}
          isWide
          isBusy={leave.isBusy && chosen === id}
          onClick={() => {
            setChosen(id);
            void leave.run(id);
          }}
        >
          <ProviderIcon />
          {say("providerContinue", { name })}
        </Button>
      ))}
      <Status failure={leave.failure} />
    </>
  );
}

/** Leaves for the provider, and stays busy until the page is gone. The challenge cookie says later who began it. */
function leaveForProvider(authorizationUrl: string): Promise<never> {
  // `javascript:` would run in this page, and a provider has a say in the URL.
  if (!/^https?:\/\//i.test(authorizationUrl)) throw new Error("That is no page of a provider");
  location.assign(authorizationUrl);
  return new Promise(() => undefined);
}
