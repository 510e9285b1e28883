import { haveAncestorsChanged, npmAncestors } from './npm-ancestors.js';

/** Why the demo was asked to stop, with the exit code that says so. */
export interface Interruption {
  readonly reason: string;
  readonly exitCode: number;
}

/** The parts of `process` that are watched. */
export interface WatchedProcess {
  readonly ppid: number;
  readonly env: NodeJS.ProcessEnv;
  on(signal: NodeJS.Signals, listener: () => void): unknown;
}

/** npm passes a Ctrl-C on that the terminal has sent us already: both are one wish. */
const sameWishMs = 500;
const parentCheckMs = 500;
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Resolves at the first wish to stop: Ctrl-C, SIGTERM, a closed terminal, or the death of the npm that started us.
 *
 * @param hurry called at the second wish, when an orderly stop is under way already
 */
export function firstInterruption(watched: WatchedProcess, hurry: (exitCode: number) => void): Promise<Interruption> {
  return new Promise((resolve) => {
    let firstAt: number | undefined;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      watched.on(signal, () => {
        const now = performance.now();
        if (firstAt !== undefined && now - firstAt > sameWishMs) hurry(exitCodes[signal]);
        firstAt ??= now;
        resolve({ reason: signal, exitCode: exitCodes[signal] });
      });
    }
    if (watched.env.npm_lifecycle_event === undefined) return;
    const ancestors = npmAncestors(watched.ppid);
    const timer = setInterval(() => {
      if (!haveAncestorsChanged(ancestors, watched.ppid)) return;
      clearInterval(timer);
      resolve({ reason: 'npm has ended', exitCode: exitCodes.SIGTERM });
    }, parentCheckMs);
    timer.unref();
  });
}
