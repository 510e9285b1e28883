import { readFileSync } from 'node:fs';

/** What stands above us: npm starts a shell, the shell starts us. */
const farthest = 3;

/**
 * Gives the ids of our parents up to the npm that started us, the nearest first; only the nearest where the system does
 * not tell more.
 */
export function npmAncestors(parent: number): readonly number[] {
  const chain = [parent];
  for (let pid = parent; chain.length < farthest;) {
    const above = statusOf(pid);
    if (above === undefined) return [parent];
    if (/^(npm|node)/.test(above.name)) return chain;
    pid = above.parent;
    chain.push(pid);
  }
  return [parent];
}

/** Whether one of them has ended: whose parent ends gets another. */
export function haveAncestorsChanged(chain: readonly number[], parent: number): boolean {
  return chain.some((pid, index) => {
    const below = chain[index - 1];
    return pid !== (below === undefined ? parent : (statusOf(below)?.parent ?? pid));
  });
}

/** @see proc(5), /proc/pid/status */
function statusOf(pid: number): { readonly name: string; readonly parent: number } | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const [, name = ''] = /^Name:\s*(.*)$/m.exec(status) ?? [];
    const [, parent = ''] = /^PPid:\s*(\d+)$/m.exec(status) ?? [];
    return { name, parent: Number(parent) };
  } catch {
    return undefined; // no /proc here, or no such process
  }
}
