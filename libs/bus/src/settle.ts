/** What becomes of a delivery whose handler failed. */
export type Settlement = { readonly kind: 'later'; readonly delayMs: number } | { readonly kind: 'dead_letter' };

/** Pauses between two tries of one event; the last one goes on for ever, since an ending is never given up (SVC-07). */
const BACKOFF_MS = [1_000, 5_000, 30_000, 120_000, 600_000];

/**
 * Decides by the error's kind alone: what can never be read goes to the dead letters, everything else is tried again.
 *
 * @param attempt 1 for the first delivery
 */
export function settle(failure: 'poison' | 'transient', attempt: number): Settlement {
  if (failure === 'poison') return { kind: 'dead_letter' };
  return { kind: 'later', delayMs: BACKOFF_MS[Math.min(attempt, BACKOFF_MS.length) - 1] ?? 1_000 };
}
