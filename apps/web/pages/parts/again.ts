const FIRST_MS = 1_000;
const LONGEST_MS = 4_000; // with chance 5 s: who looks at a page of the demo has just started what was stopped

let pauses: readonly (() => void)[] = [];

/** Ends every pause now: somebody wants to know. */
export function atOnce(): void {
  for (const end of pauses) end();
}

/** Runs `task` again and again until `signal` says so, with pauses that grow while it gives `false`. */
export async function again(signal: AbortSignal, task: () => Promise<boolean>): Promise<void> {
  let pauseMs = FIRST_MS;
  while (!signal.aborted) {
    const worked = await task();
    pauseMs = worked ? FIRST_MS : Math.min(pauseMs * 2, LONGEST_MS);
    await pause(pauseMs * (0.75 + Math.random() / 2), signal);
  }
}

/** Waits, but not beyond `signal` or {@link atOnce}. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      pauses = pauses.filter((other) => other !== end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
    pauses = [...pauses, end];
  });
}
