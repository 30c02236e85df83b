const PAUSE_MS = 50;
const TIMEOUT_MS = 25_000;

/** Calls `ask` until it answers something, and answers that; for work that a server does after it has answered. */
export async function waitFor<T>(ask: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const deadline = performance.now() + TIMEOUT_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error("No answer within 25 s");
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
