/** Moves between the views of one application without loading anew. Links of other pages are left to the browser. */
import { createContext, type ComponentChildren, type RefObject } from "preact";
import { useContext, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { type ApplicationName, applicationPaths } from "../../entries.ts";
import { leadTo } from "./focus.ts";
import { given } from "./given.ts";
import { matchPath, withoutMount } from "./route.ts";

interface Place {
  /** Without the mount path. */
  readonly path: string;
  readonly query: URLSearchParams;
}
const Here = createContext<Place>({ path: "/", query: new URLSearchParams() });
const MOVED = "portcullis:moved";
const LEFT = "portcullis:left";
let hasMoved = false;

/** Path and query of the page as it is. */
export function usePlace(): Place {
  return useContext(Here);
}

/** Goes to a path of this application, without the mount path. */
export function navigate(path: string, { replace = false } = {}): void {
  history[replace ? "replaceState" : "pushState"](null, "", href(path));
  dispatchEvent(new Event(MOVED));
  if (!replace) scrollTo(0, 0);
}

/** Leaves for a page of another application, or of another origin. */
export function leaveFor(url: string, { replace = false } = {}): void {
  const whole = url.startsWith("/") ? href(url) : url;
  if (replace) location.replace(whole);
  else location.assign(whole);
}

/** The path as links have it. */
export function href(path: string): string {
  return `${given().mountPath}${path}`;
}

interface LinkProps {
  readonly to: string;
  readonly class?: string;
  readonly "aria-current"?: "page" | undefined;
  readonly children: ComponentChildren;
}

/** A link to a path of ours. */
export function Link({ to, ...rest }: LinkProps) {
  return <a href={href(to)} {...rest} />;
}

/** The first route whose pattern fits; `otherwise` where none does. */
export function Routes({
  routes,
  otherwise,
}: {
  readonly routes: Readonly<
    Record<string, (parameters: Readonly<Record<string, string>>) => ComponentChildren>
  >;
  readonly otherwise: () => ComponentChildren;
}) {
  const { path } = usePlace();
  for (const [pattern, view] of Object.entries(routes)) {
    const parameters = matchPath(pattern, path);
    if (parameters !== undefined) return <>{view(parameters)}</>;
  }
  return <>{otherwise()}</>;
}

export function Router({
  application,
  children,
}: {
  readonly application: ApplicationName;
  readonly children: ComponentChildren;
}) {
  const [place, setPlace] = useState(read);
  // Before the effects of views, which may move on at once.
  useLayoutEffect(() => {
    let shown = location.pathname + location.search;
    const move = () => {
      hasMoved = true;
      const next = location.pathname + location.search;
      if (next !== shown) dispatchEvent(new Event(LEFT)); // another fragment is the same view
      shown = next;
      setPlace(read());
    };
    const click = (event: MouseEvent) => {
      const url = ownUrlOf(event, application);
      if (url === undefined) return;
      event.preventDefault();
      history.pushState(null, "", url);
      move();
      scrollTo(0, 0);
    };
    addEventListener("popstate", move);
    addEventListener(MOVED, move);
    document.addEventListener("click", click);
    return () => {
      removeEventListener("popstate", move);
      removeEventListener(MOVED, move);
      document.removeEventListener("click", click);
    };
  }, [application]);
  return <Here.Provider value={place}>{children}</Here.Provider>;
}

/**
 * The heading of a view. It names the document, and has the focus once somebody has moved here. `title` alone may be
 * another than what is shown: no secret, and nobody's address.
 */
export function ViewTitle({
  children,
  title,
}: {
  readonly children: string;
  readonly title?: string;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  const named = title ?? children;
  useLayoutEffect(() => {
    document.title = `${named} · ${given().service}`;
  }, [named]);
  useEffect(() => {
    if (hasMoved) heading.current?.focus();
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children.split("@").map((part, at) => (at === 0 ? part : [<wbr key={at} />, `@${part}`]))}
    </h1>
  );
}

/** Refers to a part that has the focus once a link with this fragment has led to it. */
export function useLedTo<E extends Element>(fragment: string | undefined): RefObject<E | null> {
  const element = useRef<E>(null);
  const place = usePlace(); // another with each move
  useEffect(() => {
    if (fragment !== undefined && location.hash === `#${fragment}`) leadTo(element.current);
  }, [place]);
  return element;
}

/** Calls back when somebody leaves for another view of the application, before it is shown. */
export function useLeaving(callback: () => void): void {
  const latest = useRef(callback);
  latest.current = callback;
  useEffect(() => {
    const leave = () => latest.current();
    addEventListener(LEFT, leave);
    return () => removeEventListener(LEFT, leave);
  }, []);
}

/** Calls back when the page is shown again out of the browser's memory, as by Back. */
export function usePageShow(callback: () => void): void {
  const latest = useRef(callback);
  latest.current = callback;
  useEffect(() => {
    const show = (event: PageTransitionEvent) => {
      if (event.persisted) latest.current();
    };
    addEventListener("pageshow", show);
    return () => removeEventListener("pageshow", show);
  }, []);
}

function read(): Place {
  return {
    path: withoutMount(given().mountPath, location.pathname) ?? location.pathname,
    query: new URLSearchParams(location.search),
  };
}

/** The URL of a plain click on a link within the application; of any other click undefined. */
function ownUrlOf(event: MouseEvent, application: ApplicationName): string | undefined {
  const isPlain =
    event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (event.defaultPrevented || !isPlain || !(event.target instanceof Element)) return undefined;
  const link = event.target.closest("a");
  if (link === null || link.target !== "" || link.hasAttribute("download")) return undefined;
  if (link.getAttribute("href")?.startsWith("#")) return undefined; // to skip to the content
  const url = new URL(link.href, location.href);
  if (url.origin !== location.origin) return undefined;
  const path = withoutMount(given().mountPath, url.pathname);
  const { paths } = applicationPaths(application, []);
  return path !== undefined && paths.some((pattern) => matchPath(pattern, path) !== undefined)
    ? url.href
    : undefined;
}
