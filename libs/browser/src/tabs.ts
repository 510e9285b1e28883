/**
 * Runs `task` while no other tab of this origin runs one of the same name. Browsers without Web Locks, and pages that may not use
 * them, run it at once.
 *
 * @param waitMs how long to wait for the others: one of them may be frozen. Rejects after that, and after `signal`.
 */
export async function exclusively<T>(
  name: string,
  task: () => Promise<T>,
  signal: AbortSignal,
  waitMs?: number,
): Promise<T> {
  const waiting = new AbortController();
  const stop = waiting.abort.bind(waiting, undefined);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop);
  const timer = waitMs && setTimeout(stop, waitMs);
  const over = () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  };
  return requestLock(name, { signal: waiting.signal }, () => {
    over();
    return task();
  }).finally(over);
}

/** Runs `task` unless another tab of this origin runs one of the same name: then it gives `undefined`, at once. */
export function ifFree<T>(name: string, task: () => Promise<T>): Promise<T | undefined> {
  return requestLock(name, { ifAvailable: true }, async (lock) => (lock === null ? undefined : task()));
}

/** There may be no locks, or none for this page: then it has nobody to wait for. */
async function requestLock<T>(
  name: string,
  options: LockOptions,
  task: (lock?: Lock | null) => Promise<T>,
): Promise<T> {
  const { locks } = navigator as { readonly locks?: LockManager };
  let isGiven = false as boolean;
  try {
    if (locks)
      return await locks.request(name, options, (lock) => {
        isGiven = true;
        return task(lock);
      });
  } catch (error) {
    if (isGiven || options.signal?.aborted) throw error;
  }
  return task();
}

/** What tabs of one origin say to each other. */
export interface Channel {
  /** After `close` nobody hears. */
  readonly tell: (message: unknown) => void;
  readonly close: () => void;
}

/** Opens a channel to the other tabs of this origin. Browsers without `BroadcastChannel`, and pages that may not use it, are alone on it. */
export function openChannel(name: string, hear: (message: unknown) => void): Channel {
  let channel: BroadcastChannel | undefined;
  try {
    channel = new BroadcastChannel(name);
    channel.onmessage = ({ data }) => {
      hear(data);
    };
  } catch {
    // alone
  }
  return {
    tell: (message) => channel?.postMessage(message),
    close: () => {
      channel?.close();
      channel = undefined;
    },
  };
}
