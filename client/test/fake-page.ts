/** The page around a session, where there is none: what is in front, and the events of its return. */
import { vi } from "vitest";

/** Puts it into this process until `vi.unstubAllGlobals()`. Its tabs are the channels of this process. */
export function openPage() {
  const document = Object.assign(new EventTarget(), { visibilityState: "visible" });
  const page = new EventTarget();
  vi.stubGlobal("document", document);
  vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
  return {
    goBehind: () => void (document.visibilityState = "hidden"),
    returnTo() {
      document.visibilityState = "visible";
      document.dispatchEvent(new Event("visibilitychange"));
    },
    fire: (type: "focus" | "online") => page.dispatchEvent(new Event(type)),
    show: (persisted: boolean) =>
      page.dispatchEvent(Object.assign(new Event("pageshow"), { persisted })),
  };
}
