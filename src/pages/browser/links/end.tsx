/** The end of a page that a mail or a provider has led to: how it went, and where to go next. */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { pagePaths } from "../../../contract/page-paths.ts";
import { accountSections } from "../../entries.ts";
import { given } from "../kit/given.ts";
import { Notice } from "../kit/notice.tsx";
import { forgottenPath, signInPath } from "../kit/route.ts";
import { href, Link } from "../kit/router.tsx";
import { say } from "./words.ts";

export interface EndProps {
  readonly tone: "good" | "bad";
  readonly says: string;
  /** The page that most go to next; without it only the start page. */
  readonly next?: "sign-in" | "forgotten" | "account" | "security" | undefined;
  /** A whole URL, to go on to after signing in, or now. */
  readonly returnTo?: string | null | undefined;
  /** It came without a press: nothing had the focus that is gone. */
  readonly isFirst?: boolean;
  /** Between what is said and where to go. */
  readonly children?: ComponentChildren;
}

export function End({ tone, says, next, returnTo = null, isFirst = false, children }: EndProps) {
  const status = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (!isFirst) status.current?.focus();
  }, []);
  const { hasPages } = given();
  const isBack = next === "sign-in" && returnTo !== null && signsIn(returnTo);
  return (
    <>
      <div class="status" role="status" tabIndex={-1} ref={status}>
        <Notice tone={tone}>
          <p>{says}</p>
        </Notice>
      </div>
      {children}
      <p class="actions">
        {hasPages && next !== undefined && !isBack && (
          <Link class="button primary" to={pathOf(next, returnTo)}>
            {say(wordsOfNext[next])}
          </Link>
        )}
        {returnTo !== null && isBack && (
          <a class="button primary" href={returnTo}>
            {say("signIn")}
          </a>
        )}
        {returnTo !== null && !isBack && (
          <a class="button" href={returnTo}>
            {say("goOn")}
          </a>
        )}
        {returnTo === null && (
          <Link class={hasPages && next !== undefined ? "button" : "button primary"} to="/">
            {say("startPage")}
          </Link>
        )}
      </p>
    </>
  );
}

/** There is nothing in the link to send. */
export function Incomplete() {
  return <End tone="bad" says={say("incomplete")} isFirst />;
}

/** True of a page that signs in: it is gone back to as it was, since it knows itself where it leads on to. */
function signsIn(returnTo: string): boolean {
  const { origin, pathname } = new URL(returnTo, location.href);
  const isPath = pathname === href(pagePaths.signIn) || pathname === href(pagePaths.signUp);
  return origin === location.origin && isPath;
}

const wordsOfNext = {
  "sign-in": "signIn",
  forgotten: "askAnew",
  account: "toAccount",
  security: "toAccount",
} as const satisfies Record<NonNullable<EndProps["next"]>, unknown>;

function pathOf(next: NonNullable<EndProps["next"]>, returnTo: string | null): string {
  if (next === "forgotten") return forgottenPath;
  if (next === "account") return pagePaths.account;
  if (next === "security") return accountSections.security;
  return returnTo === null ? pagePaths.signIn : signInPath(returnTo);
}
