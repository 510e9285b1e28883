/**
 * Runs `task` while no other tab of this origin runs one of the same name. Browsers without Web Locks, and pages that are not
 * secure contexts, run it at once.
 */
export async function exclusively<T>(name: string, task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const { locks } = navigator as { readonly locks?: LockManager };
  return locks === undefined ? task() : locks.request(name, signal === undefined ? {} : { signal }, task);
}
