/** The page around a session: its other tabs, and its returns to the front. On a server there is neither. */

export interface Surroundings {
  /** Tells the other tabs of this origin. */
  tell(): void;
  /** Hears and sees, until `leave`. */
  enter(heard: () => void, returned: (wasFrozen: boolean) => void): void;
  leave(): void;
  isInFront(): boolean;
}

export function surroundingsOf(channelName: string): Surroundings {
  let channel: BroadcastChannel | undefined;
  let presence: AbortController | undefined;
  const openChannel = () =>
    isPage() && typeof BroadcastChannel !== "undefined"
      ? new BroadcastChannel(channelName)
      : undefined;
  return {
    tell() {
      const speaking = channel ?? openChannel();
      speaking?.postMessage("changed");
      if (speaking !== channel) speaking?.close();
    },
    enter(heard, returned) {
      if (!isPage()) return;
      channel = openChannel();
      channel?.addEventListener("message", heard);
      presence = new AbortController();
      const { signal } = presence;
      const back = () => returned(false);
      document.addEventListener("visibilitychange", back, { signal });
      addEventListener("focus", back, { signal });
      addEventListener("online", back, { signal });
      // Out of the back-forward cache: what other tabs said meanwhile was not heard.
      const shown = ({ persisted }: PageTransitionEvent) => void (persisted && returned(true));
      addEventListener("pageshow", shown, { signal });
    },
    leave() {
      channel?.close();
      channel = undefined;
      presence?.abort();
    },
    isInFront: () => !isPage() || document.visibilityState === "visible",
  };
}

function isPage(): boolean {
  return typeof document !== "undefined";
}
