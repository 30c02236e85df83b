/** Section Security: how somebody proves that it is them. */
import type { Result, Schemas } from "@portcullis/client";
import { useEffect, useState } from "preact/hooks";
import { accountSections } from "../../entries.ts";
import { api } from "../kit/api.ts";
import { given, needsSecondFactor, providerName } from "../kit/given.ts";
import { Show, useLoaded } from "../kit/loading.tsx";
import { href, usePlace } from "../kit/router.tsx";
import { toast } from "../kit/toast.tsx";
import { type Factors, hasPassword, type LoadedFactors, useFresh } from "./factors.ts";
import { LinkedAccounts, LINKED_PARAMETER } from "./identities.tsx";
import { Passkeys } from "./passkeys.tsx";
import { PasswordSection } from "./password.tsx";
import { SecondStep } from "./second-step.tsx";
import type { WaysIn } from "./ways-in.ts";
import { say } from "./words.ts";

type User = Schemas["User"];

interface SecurityProps {
  readonly user: User;
  readonly factors: LoadedFactors;
  /** The account can do nothing but add a second step. */
  readonly mustEnrol: boolean;
}

export function Security({ user, factors, mustEnrol }: SecurityProps) {
  return (
    <Show of={factors} rows={2}>
      {(data) => <Ways {...{ user, factors, mustEnrol, data }} />}
    </Show>
  );
}

function Ways({ user, factors, mustEnrol, data }: SecurityProps & { readonly data: Factors }) {
  const passkeys = useFresh(useLoaded(() => api().listMyPasskeys()));
  const identities = useFresh(useLoaded(() => listIdentities(mustEnrol), [mustEnrol]));
  const { mailCode, providers } = given().waysIn;
  const ways: WaysIn = {
    hasPassword: hasPassword(data),
    passkeys: passkeys.data?.items ?? [],
    identities: identities.data?.items ?? [],
    mailCode,
    providers: providers.map(({ id }) => id),
  };
  const [done, setDone] = useState(0);
  const reload = async () => {
    setDone((before) => before + 1);
    await Promise.all([factors.reload(), passkeys.reload(), identities.reload()]);
  };
  const isAsked = needsSecondFactor(user.role);
  useLinked(identities.data?.items);
  return (
    <>
      {!mustEnrol && <PasswordSection user={user} hasPassword={ways.hasPassword} reload={reload} />}
      <Passkeys passkeys={passkeys} factors={data} {...{ ways, isAsked, done, reload }} />
      <SecondStep factors={data} isAsked={isAsked} reload={reload} />
      {!mustEnrol && <LinkedAccounts identities={identities} ways={ways} reload={reload} />}
    </>
  );
}

type Identities = Schemas["IdentityList"];
type Listed = Result<"listMyIdentities"> | { readonly ok: true; readonly data: Identities };

async function listIdentities(mustEnrol: boolean): Promise<Listed> {
  return mustEnrol ? { ok: true, data: { items: [] } } : api().listMyIdentities();
}

/** Somebody who comes back from a provider is told that it is linked, once, and where it is true. */
function useLinked(identities: readonly Schemas["Identity"][] | undefined): void {
  const { query } = usePlace();
  const linked = query.get(LINKED_PARAMETER);
  useEffect(() => {
    if (linked === null || identities === undefined) return;
    history.replaceState(null, "", href(accountSections.security));
    if (identities.some(({ provider }) => provider === linked))
      toast(say("identityLinked", { provider: providerName(linked) }));
  }, [identities === undefined]);
}
