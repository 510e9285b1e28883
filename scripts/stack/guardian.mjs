/**
 * The process that outlives a run and clears up after it, whatever killed it.
 *
 *     guardian.mjs create NAME     clears what dead runs left, makes /tmp/session-sync-NAME-XXXXXX for the parent process, prints it
 *     guardian.mjs watch FOLDER    reads one child per line of stdin: {"pid":1,"stopSignal":"SIGTERM"}, answers its pid once noted;
 *                                  when stdin ends, because the parent closed it or died: stops them all, removes the folder
 *
 * Plain JavaScript, since it runs beside TypeScript sources (Jest) as well as beside the build.
 */
import { createInterface } from 'node:readline';
import { clearDeadRuns, createRunFolder, recordChild, removeFolder } from './guardian/run-folder.mjs';
import { startOf, stopProcesses } from './guardian/processes.mjs';

const [verb, argument] = process.argv.slice(2);
if (verb === 'create') {
  await clearDeadRuns();
  console.log(createRunFolder(argument, process.ppid));
} else {
  await watch(argument);
}

async function watch(folder) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined); // only the end of stdin ends us
  process.stdout.on('error', () => undefined); // nobody listens once the parent is dead
  const children = [];
  console.log('ready');
  for await (const line of createInterface({ input: process.stdin })) {
    const { pid, stopSignal } = JSON.parse(line);
    const child = { pid, stopSignal, start: startOf(pid) };
    children.push(child);
    recordChild(folder, child);
    console.log(pid);
  }
  await stopProcesses(children);
  await removeFolder(folder);
}
