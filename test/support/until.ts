const LONGEST_MS = 60_000;
const PAUSE_MS = 25;

/** Waits until `look` gives something; fails with `what` after a minute. Waits for facts, never for a time. */
export async function until<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const deadline = performance.now() + LONGEST_MS;
  while (performance.now() < deadline) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw new Error(`it did not happen within ${LONGEST_MS / 1000} s: ${what}`);
}
