/**
 * Runs the tests, on a fresh clone too: gets what is missing, builds, then Jest with the arguments given.
 *
 *     test.mjs [Jest arguments]
 *
 * The exit code is Jest's, or 1 when it does not come so far.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
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
  process.exitCode = await jest(process.argv.slice(2));
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
