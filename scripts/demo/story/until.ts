import { StoryFault } from './story-fault.js';

/** One look at something: there, or not yet, with what was seen in its place. */
export type Look<T> = { readonly done: true; readonly value: T } | { readonly done: false; readonly seen: string };

const pauseMs = 50;

/**
 * Looks again and again, 50 ms apart, until it is there.
 *
 * @throws StoryFault with what was last seen, after `timeoutMs`
 */
export async function until<T>(expected: string, timeoutMs: number, look: () => Promise<Look<T>>): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const result = await look();
    if (result.done) return result.value;
    if (performance.now() > deadline) throw new StoryFault(`${expected} within ${timeoutMs / 1000} s`, result.seen);
    await pause(pauseMs);
  }
}

/** Waits. For spans that the story itself is about; never in the hope that something happens meanwhile. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
