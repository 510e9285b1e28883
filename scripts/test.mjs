/**
 * Runs the tests, on a fresh clone too: gets what is missing, builds, then Jest with the arguments given.
 *
 *     test.mjs [--once-more] [Jest arguments]
 *
 * With `--once-more`, which CI gives, one or two suites that fail are run a second time, alone; the log names them. What fails
 * twice has failed, and so has a run in which more fail, or that ends without saying which (ADR 49).
 *
 * The exit code is Jest's, or 1 when it does not come so far.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import {
  ensureCaddy,
  ensureChromium,
  ensureEngines,
  ensureInstalled,
  ensureNatsServer,
  ensureNginx,
  ensurePostgres,
} from './bootstrap.mjs';
import { REPOSITORY, say } from './bootstrap/run-visibly.mjs';
import { build } from './build.mjs';
import { failedSuites, MOST_ONCE_MORE } from './failed-suites.mjs';

process.on('SIGINT', () => undefined); // Ctrl-C reaches Jest as well, and its end is ours
await ensureInstalled();
await ensurePostgres();
await ensureNatsServer();
await ensureChromium();
await ensureEngines();
await ensureNginx();
await ensureCaddy();
try {
  await build();
  const given = process.argv.slice(2);
  const args = given.filter((argument) => argument !== '--once-more');
  process.exitCode = await (args.length < given.length ? jestOnceMore(args) : jest(args));
} catch (error) {
  say(error.message);
  process.exitCode = 1;
}

async function jest(args) {
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning']; // Jest's native ES modules
  const program = join(REPOSITORY, 'node_modules', 'jest', 'bin', 'jest.js');
  const [code] = await once(
    spawn(process.execPath, [...flags, program, ...args], { cwd: REPOSITORY, stdio: 'inherit' }),
    'exit',
  );
  return code ?? 1;
}

async function jestOnceMore(args) {
  const folder = await mkdtemp(join(tmpdir(), 'session-sync-tests-'));
  try {
    const outputFile = join(folder, 'results.json');
    const code = await jest([...args, '--json', `--outputFile=${outputFile}`]);
    const failed = code === 0 ? [] : failedSuites(await readFile(outputFile, 'utf8').catch(() => '{}'));
    if (failed.length === 0 || failed.length > MOST_ONCE_MORE) return code;
    for (const file of failed) say(`failed, and is run once more, alone: ${relative(REPOSITORY, file)}`);
    return await jest(['--runInBand', '--runTestsByPath', ...failed]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
