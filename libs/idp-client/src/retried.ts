import { setTimeout } from 'node:timers/promises';

const PAUSES_MS = [100, 500];

/** Does it once more, and once more again, when the database fails: what an IdP gave can't be had twice. */
export async function retried<T>(write: () => Promise<T>): Promise<T> {
  for (const pauseMs of PAUSES_MS) {
    try {
      return await write();
    } catch {
      await setTimeout(pauseMs); // the last attempt's fault is the one that is told
    }
  }
  return write();
}
