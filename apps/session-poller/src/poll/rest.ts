import { setTimeout } from 'node:timers/promises';
import type { Rest } from './bell.js';

/** Waits, unless or until `signal` aborts. */
export const rest: Rest = async (ms, signal) => {
  await setTimeout(ms, undefined, { signal }).catch(() => undefined);
};
