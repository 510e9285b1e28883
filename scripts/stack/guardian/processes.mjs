import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

const GRACE_MS = 8_000;

/**
 * Tells where process ids come from: one boot of one machine (or container). The same pid elsewhere is another process.
 */
export function pidSpace() {
  try {
    return {
      boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
      space: readlinkSync('/proc/self/ns/pid'),
    };
  } catch {
    return { boot: 'only', space: 'only' }; // no /proc: not Linux
  }
}

/** Gives a text that tells `pid` from a later process of the same number, or `undefined` when it does not run. */
export function startOf(pid) {
  try {
    if (process.platform !== 'linux')
      return execFileSync('ps', ['-o', 'lstart=', '-p', `${pid}`], { encoding: 'utf8' }).trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the name before it may hold anything
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]; // a zombie runs no more
  } catch {
    return undefined;
  }
}

/** Says whether the recorded process is still there, and still the same. */
export const isRunning = ({ pid, start }) => start !== undefined && startOf(pid) === start;

/** Stops processes: each one's own stop signal, the youngest first, then SIGKILL to what is left after 8 s. */
export async function stopProcesses(processes) {
  for (const each of processes.toReversed()) if (isRunning(each)) signal(each.pid, each.stopSignal);
  if (await untilGone(processes, GRACE_MS)) return;
  for (const each of processes) if (isRunning(each)) signal(-each.pid, 'SIGKILL'); // each leads a group of its own
  await untilGone(processes, GRACE_MS);
}

async function untilGone(processes, timeoutMs) {
  for (const end = Date.now() + timeoutMs; Date.now() < end; await setTimeout(20)) {
    if (!processes.some(isRunning)) return true;
  }
  return false;
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch {
    // it ended in this instant
  }
}
