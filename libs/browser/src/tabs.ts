/**
 * Runs `task` while no other tab of this origin runs one of the same name. Browsers without Web Locks, pages that are not secure
 * contexts, and those that are denied any storage run it at once.
 */
export async function exclusively<T>(name: string, task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  return requestLock(name, signal === undefined ? {} : { signal }, task);
}

/** Runs `task` unless another tab of this origin runs one of the same name: then it gives `undefined`, at once. */
export function ifFree<T>(name: string, task: () => Promise<T>): Promise<T | undefined> {
  return requestLock(name, { ifAvailable: true }, async (lock) => (lock === null ? undefined : task()));
}

async function requestLock<T>(
  name: string,
  options: LockOptions,
  task: (lock: Lock | null | undefined) => Promise<T>,
): Promise<T> {
  const { locks } = navigator as { readonly locks?: LockManager };
  try {
    if (locks) return await locks.request(name, options, task);
  } catch (error) {
    if ((error as Error).name !== 'SecurityError') throw error;
  }
  return task(undefined);
}

/** What tabs of one origin say to each other. */
export interface Channel {
  readonly tell: (message: unknown) => void;
  readonly close: () => void;
}

/** Opens a channel to the other tabs of this origin. Browsers without `BroadcastChannel` are alone on it. */
export function openChannel(name: string, hear: (message: unknown) => void): Channel {
  const Broadcast = globalThis.BroadcastChannel as typeof BroadcastChannel | undefined;
  const channel = Broadcast && new Broadcast(name);
  if (channel)
    channel.onmessage = ({ data }) => {
      hear(data);
    };
  return { tell: (message) => channel?.postMessage(message), close: () => channel?.close() };
}
