import { setTimeout } from 'node:timers/promises';

/** Waits, unless or until `signal` aborts. */
export async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => undefined);
}
