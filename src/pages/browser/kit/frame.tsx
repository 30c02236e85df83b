/** The frames of pages: `Gate` around one card, `Shell` around an application with navigation. */
import type { ComponentChildren } from "preact";
import { useAction } from "./action.ts";
import { Button } from "./button.tsx";
import { given } from "./given.ts";
import { Link, usePlace, ViewTitle } from "./router.tsx";
import { matchPath } from "./route.ts";
import { session } from "./session.ts";
import { toast } from "./toast.tsx";
import { say } from "./words.ts";

/** The small page: one thing to do. */
export function Gate({
  title,
  name,
  about,
  after,
  children,
}: {
  readonly title: string;
  /** Of the document, where its heading is another. */
  readonly name?: string;
  readonly about?: ComponentChildren;
  /** Below the card: the way to another page. */
  readonly after?: ComponentChildren;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="gate">
      <header>
        <Brand />
      </header>
      <main>
        <div class="card">
          <div class="title">
            <ViewTitle key={title} {...(name !== undefined && { title: name })}>
              {title}
            </ViewTitle>
            {about !== undefined && <p class="quiet">{about}</p>}
          </div>
          {children}
        </div>
        {after !== undefined && <div class="after">{after}</div>}
      </main>
      <Foot />
    </div>
  );
}

export interface NavigationItem {
  readonly to: string;
  readonly label: string;
  /** Patterns of further paths that belong to it: `/admin/users/:userId`. */
  readonly also?: readonly string[];
}

/** The large page. `who` is signed in. */
export function Shell({
  label,
  navigation,
  who,
  children,
}: {
  /** Of the navigation, for screen readers. */
  readonly label: string;
  readonly navigation: readonly NavigationItem[];
  readonly who?: string | undefined;
  readonly children: ComponentChildren;
}) {
  const { path } = usePlace();
  const isHere = ({ to, also = [] }: NavigationItem) =>
    [to, ...also].some((pattern) => matchPath(pattern, path) !== undefined);
  return (
    <>
      <a class="skip" href="#content">
        {say("skip")}
      </a>
      <div class="shell">
        <header>
          <div class="bar">
            <Brand />
            {who !== undefined && (
              <div class="who">
                <span class="address quiet small">{who}</span>
                <SignOut />
              </div>
            )}
          </div>
        </header>
        <div class="columns">
          <nav class="side" aria-label={label}>
            <ul>
              {navigation.map((item) => (
                <li key={item.to}>
                  <Link to={item.to} aria-current={isHere(item) ? "page" : undefined}>
                    {item.label}
                  </Link>
                </li>
              ))}
            </ul>
          </nav>
          <main class="content" id="content" tabIndex={-1}>
            {who !== undefined && <p class="whose quiet small">{who}</p>}
            {children}
          </main>
        </div>
        <Foot />
      </div>
    </>
  );
}

/** The head of a view in the large page. */
export function PageTitle({
  title,
  documentTitle = title,
  about,
}: {
  readonly title: string;
  /** Where the heading is somebody's address, which the title of the document must not have (PG-04). */
  readonly documentTitle?: string;
  readonly about?: ComponentChildren;
}) {
  return (
    <div class="page-title">
      <ViewTitle key={title} title={documentTitle}>
        {title}
      </ViewTitle>
      {about !== undefined && <p class="quiet">{about}</p>}
    </div>
  );
}

export function SignOut() {
  const leave = useAction({
    send: () => session().signOut(),
    told() {
      toast(say("signedOutStill"));
      return null;
    },
  });
  return (
    <Button isLow isBusy={leave.isBusy} onClick={() => void leave.run()}>
      {say("signOut")}
    </Button>
  );
}

function Brand() {
  const { service, logo } = given();
  return (
    <Link class="brand" to="/">
      {logo === null ? <Mark /> : <img src={logo} alt="" width="28" height="28" />}
      {service}
    </Link>
  );
}

function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" />
      <path d="M8 24V13a8 8 0 0 1 16 0v11M12.7 24V11.6M16 24V8.5M19.3 24V11.6M8 18h16" />
    </svg>
  );
}

function Foot() {
  const { privacyUrl, termsUrl } = given();
  return (
    <footer class="foot">
      {privacyUrl !== null && <a href={privacyUrl}>{say("privacy")}</a>}
      {termsUrl !== null && <a href={termsUrl}>{say("terms")}</a>}
    </footer>
  );
}
