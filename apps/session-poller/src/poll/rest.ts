import type { Rest } from './bell.js';

/** Waits, unless or until `signal` aborts. By hand: `node:timers/promises` would make an error of each ring, too. */
export const rest: Rest = (ms, signal) =>
  new Promise((resolve) => {
    const over = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', over);
      resolve();
    };
    const timer = setTimeout(over, signal.aborted ? 0 : ms);
    signal.addEventListener('abort', over);
  });
