import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SIGN_OF_LIFE_MS = 10_000;

/** The folder of the checkout. */
export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** Says what is going on. Everything of ours goes to stderr: stdout belongs to results. */
export const say = (message) => process.stderr.write(`session-sync: ${message}\n`);

/**
 * Runs a command that takes a while, with a sign of life every 10 s. Rejects when it fails.
 *
 * What it writes goes to stderr; with `quiet`, only when it fails.
 */
export async function runVisibly(what, command, args, { quiet = false, ...options } = {}) {
  const startedAt = Date.now();
  const seconds = () => `${((Date.now() - startedAt) / 1000).toFixed(1)} s`;
  say(`${what} …`);
  const output = quiet ? 'pipe' : 2;
  const child = spawn(command, args, { cwd: REPOSITORY, stdio: ['ignore', output, output], ...options });
  const chunks = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => chunks.push(chunk));
  const life = setInterval(() => say(`${what}: ${seconds()} …`), SIGN_OF_LIFE_MS);
  try {
    const [code, signal] = await once(child, 'close');
    if (code !== 0) {
      process.stderr.write(Buffer.concat(chunks));
      throw new Error(`${what} failed (${signal ?? `exit ${code}`})`);
    }
    say(`${what}: done in ${seconds()}`);
  } finally {
    clearInterval(life);
  }
}
