import { appendFileSync, lstatSync, mkdtempSync, chmodSync, readFileSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunning, pidSpace, startOf, stopProcesses } from './processes.mjs';

// Not os.tmpdir(): TMPDIR may be private to us, and Postgres runs as somebody else when we are root.
const PARENT = '/tmp';
const PREFIX = 'session-sync-';
const RECORD = 'run.jsonl';
const UNRECORDED_MAX_AGE_MS = 3_600_000;

/** Makes the folder of a run, which lives as long as the process `ownerPid`, and gives its path. Others may read it. */
export function createRunFolder(name, ownerPid) {
  const folder = mkdtempSync(join(PARENT, `${PREFIX}${name}-`));
  appendRecord(folder, { ...pidSpace(), pid: ownerPid, start: startOf(ownerPid) });
  chmodSync(folder, 0o755);
  return folder;
}

/** Notes a child in the run's record, for those who come after us and our guardian. */
export const recordChild = (folder, child) => appendRecord(folder, child);

/** Removes a run's folder with all that is in it. */
export const removeFolder = (folder) => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });

/** Stops the processes and removes the folders of earlier runs whose owner and guardian have both been killed. */
export async function clearDeadRuns() {
  for (const name of readdirSync(PARENT).filter((entry) => entry.startsWith(PREFIX))) {
    try {
      await clearIfDead(join(PARENT, name));
    } catch (error) {
      if (error.code !== 'ENOENT') console.error(`session-sync: ${name} is left behind: ${error.message}`);
    }
  }
}

async function clearIfDead(folder) {
  const facts = lstatSync(folder);
  // Whatever somebody else has put there is not believed: the record says whom we shall stop.
  if (!facts.isDirectory() || facts.uid !== process.getuid()) return;
  const [owner, ...children] = readRecord(folder);
  if (owner === undefined) {
    if (Date.now() - facts.mtimeMs > UNRECORDED_MAX_AGE_MS) await removeFolder(folder);
    return;
  }
  const here = pidSpace();
  if (owner.boot === here.boot) {
    if (owner.space !== here.space || isRunning(owner)) return; // another container's pids say nothing here
    await stopProcesses(children);
  }
  await removeFolder(folder);
}

function appendRecord(folder, line) {
  appendFileSync(join(folder, RECORD), JSON.stringify(line) + '\n', { mode: 0o600 });
}

function readRecord(folder) {
  try {
    const lines = readFileSync(join(folder, RECORD), 'utf8').split('\n').slice(0, -1); // a torn last line is not one
    return lines.map((line) => JSON.parse(line));
  } catch {
    return [];
  }
}
