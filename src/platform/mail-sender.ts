/** Looks for due mails at a steady pace, which does not depend on requests. */

/**
 * The time between two looks into the outbox. A mail is not sent when it is written: work that begins with
 * a request would show, by the time that the next one takes, that there was a mail to send (ET-01).
 * Milliseconds.
 */
const LOOK_INTERVAL_MS = 1_000;
/** How long the mail under way may take once the server stops. Milliseconds. */
const STOP_GRACE_MS = 3_000;

export interface MailSenderLoop {
  /** Finishes the mail under way, or gives it back after the grace. No mail is sent afterwards. */
  stop(): Promise<void>;
}

/** Starts at once. `deliverNext` sends one mail and answers false where none is due; `onError` gets its errors. */
export function startMailSender(
  deliverNext: (stopping: AbortSignal) => Promise<boolean>,
  onError: (error: unknown) => void,
): MailSenderLoop {
  const ending = new AbortController();
  let stopped = false;
  let underWay: Promise<void> | undefined;

  async function deliverAll(): Promise<void> {
    try {
      while (!stopped && (await deliverNext(ending.signal)));
    } catch (error) {
      onError(error);
    }
  }
  function look(): void {
    underWay ??= deliverAll().finally(() => (underWay = undefined));
  }
  const timer = setInterval(look, LOOK_INTERVAL_MS).unref();
  look();
  return {
    async stop() {
      stopped = true;
      clearInterval(timer);
      const grace = setTimeout(() => ending.abort(), STOP_GRACE_MS);
      await underWay;
      clearTimeout(grace);
    },
  };
}
