/** Providers that sign in to the account. */
import type { Schemas } from "@portcullis/client";
import { startProviderLink } from "@portcullis/client/providers";
import { accountSections } from "../../entries.ts";
import { useAction } from "../kit/action.ts";
import { api } from "../kit/api.ts";
import { Button } from "../kit/button.tsx";
import { dateOf, dayOf } from "../kit/dates.ts";
import { ask } from "../kit/dialog.tsx";
import { providerName } from "../kit/given.ts";
import { Row, Rows, Section } from "../kit/lists.tsx";
import { type Loaded, Show } from "../kit/loading.tsx";
import { Status } from "../kit/notice.tsx";
import { href, usePageShow } from "../kit/router.tsx";
import { toast } from "../kit/toast.tsx";
import { withRecent } from "../parts/step-up.tsx";
import { isLastWayIn, type WaysIn } from "./ways-in.ts";
import { say } from "./words.ts";

type Identity = Schemas["Identity"];

/** Name of the parameter with which a browser comes back: which provider was to be linked. */
export const LINKED_PARAMETER = "linked";

export function LinkedAccounts({
  identities,
  ways,
  reload,
}: {
  readonly identities: Loaded<Schemas["IdentityList"]>;
  readonly ways: WaysIn;
  readonly reload: () => Promise<void>;
}) {
  if (ways.providers.length === 0 && ways.identities.length === 0) return null;
  return (
    <Section title={say("identities")} about={say("identitiesAbout")}>
      <Show of={identities} rows={1}>
        {({ items }) => (
          <Rows>
            {items.map((identity) => (
              <Linked
                key={identity.id}
                identity={identity}
                isLast={isLastWayIn(identity.id, ways)}
                isOffered={ways.providers.includes(identity.provider)}
                reload={reload}
              />
            ))}
            {ways.providers
              .filter((id) => !items.some(({ provider }) => provider === id))
              .map((id) => (
                <Unlinked key={id} id={id} />
              ))}
          </Rows>
        )}
      </Show>
    </Section>
  );
}

function Linked({
  identity,
  isLast,
  isOffered,
  reload,
}: {
  readonly identity: Identity;
  readonly isLast: boolean;
  readonly isOffered: boolean;
  readonly reload: () => Promise<void>;
}) {
  const { id, provider, email, createdAt, lastUsedAt } = identity;
  const name = providerName(provider);
  const unlink = useAction({
    send: () => withRecent(() => api().removeMyIdentity({ identityId: id })),
    async done() {
      toast(say("unlinked", { provider: name }));
      await reload();
    },
  });
  async function askFirst(): Promise<void> {
    const isSure = await ask({
      title: say("unlinkTitle", { provider: name }),
      text: say("unlinkText"),
      confirm: say("unlink"),
      isDangerous: true,
    });
    if (isSure) await unlink.run();
  }
  const facts = [
    email,
    say("linkedSince", { date: dateOf(createdAt) }),
    lastUsedAt === null ? say("neverUsed") : say("used", { when: dayOf(lastUsedAt) }),
  ];
  return (
    <Row
      name={name}
      about={
        <>
          {facts.filter((fact) => fact !== null).join(" · ")}
          {!isOffered && <span class="block">{say("notOffered")}</span>}
          {isLast && <span class="block">{say("lastWayIn")}</span>}
          {unlink.failure && <Status failure={unlink.failure} />}
        </>
      }
      action={
        !isLast && (
          <Button isLow of={name} isBusy={unlink.isBusy} onClick={() => void askFirst()}>
            {say("unlink")}
          </Button>
        )
      }
    />
  );
}

function Unlinked({ id }: { readonly id: string }) {
  const name = providerName(id);
  const link = useAction({ send: () => withRecent(() => startLink(id)), done: stay });
  // Back from there out of the browser's memory: the button waits for nothing any more.
  usePageShow(() => location.reload());
  return (
    <Row
      name={name}
      about={
        <>
          {say("notLinked")}
          {link.failure && <Status failure={link.failure} />}
        </>
      }
      action={
        <Button isLow of={name} isBusy={link.isBusy} onClick={() => void link.run()}>
          {say("link")}
        </Button>
      }
    />
  );
}

/** Leaves for the provider. The page that it leads back to ends the link, and comes back here. */
function startLink(provider: string) {
  const query = new URLSearchParams({ [LINKED_PARAMETER]: provider });
  const returnTo = `${location.origin}${href(accountSections.security)}?${query}`;
  return startProviderLink(api(), { provider, returnTo });
}

/** The browser is on its way: the button stays busy until it has left. */
function stay(): Promise<void> {
  return new Promise(() => undefined);
}
