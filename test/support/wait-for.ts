const PAUSE_MS = 50;
const PATIENCE_MS = 25_000;

/** Asks again until there is an answer: for what a server does in its own time. */
export async function until<T>(ask: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error("What was waited for did not happen");
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
