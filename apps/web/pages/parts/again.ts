const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;

/** Runs `task` again and again until `signal` says so, with pauses that grow while it gives `false`. */
export async function again(signal: AbortSignal, task: () => Promise<boolean>): Promise<void> {
  let pauseMs = FIRST_MS;
  while (!signal.aborted) {
    const worked = await task();
    pauseMs = worked ? FIRST_MS : Math.min(pauseMs * 2, LONGEST_MS);
    await pause(pauseMs * (0.75 + Math.random() / 2), signal);
  }
}

/** Waits, but not beyond `signal`. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
