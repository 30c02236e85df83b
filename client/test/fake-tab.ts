/** Tabs of a browser, where there is none: each with an address and a storage of its own. One is in front at a time. */
import { vi } from "vitest";

export interface FakeTab {
  /** The whole address. `assign` and `replace` of its `location` change it. */
  href: string;
  isClosed: boolean;
  readonly storage: Map<string, string>;
  /** Windows that its page has opened. */
  readonly opened: FakeTab[];
  /** Makes the globals of this process those of its page. */
  show(): void;
}

/** A tab at that address, in front until `vi.unstubAllGlobals()`. It opens a window only where it `mayOpen`. */
export function openTab(href: string, { mayOpen = true } = {}): FakeTab {
  const tab = newTab(href, mayOpen);
  tab.show();
  return tab;
}

function newTab(href: string, mayOpen: boolean, copied = new Map<string, string>()): FakeTab {
  const storage = new Map(copied);
  const named = new Map<string, FakeTab>();
  const sessionStorage = {
    getItem: (key: string) => storage.get(key) ?? null,
    setItem: (key: string, value: string) => void storage.set(key, value),
    removeItem: (key: string) => void storage.delete(key),
  };
  const go = (to: string) => void (tab.href = to);
  const location = {
    get href() {
      return tab.href;
    },
    get origin() {
      return new URL(tab.href).origin;
    },
    get hostname() {
      return new URL(tab.href).hostname;
    },
    assign: go,
    replace: go,
  };
  const history = {
    state: { kept: true },
    replaceState: (_state: unknown, _title: string, to: string) => go(new URL(to, tab.href).href),
  };
  const window = {
    sessionStorage,
    location,
    close: () => void (tab.isClosed = true),
    open(to: string, name: string) {
      if (!mayOpen) return null;
      const same = name === "_blank" ? undefined : named.get(name);
      if (same && !same.isClosed) {
        same.href = to;
        return windows.get(same);
      }
      const opened = newTab(to, mayOpen, storage);
      named.set(name, opened);
      tab.opened.push(opened);
      return windows.get(opened);
    },
  };
  const tab: FakeTab = {
    href,
    isClosed: false,
    storage,
    opened: [],
    show() {
      const globals = { window, location, history, sessionStorage };
      for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
    },
  };
  windows.set(tab, window);
  return tab;
}

const windows = new WeakMap<FakeTab, unknown>();
