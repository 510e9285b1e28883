import { execFile } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { REPOSITORY } from './repository.js';

/**
 * Brings the database at `url` to the newest migration of `owner`, with the stock Prisma CLI (`migrate deploy`).
 *
 * Run twice, or by two at once, it gives the same database.
 *
 * @throws with the CLI's output when it fails
 */
export async function migrate(owner: 'hub' | 'idp' | 'app', url: string): Promise<void> {
  const prisma = join(REPOSITORY, 'node_modules', 'prisma', 'build', 'index.js');
  const config = join(REPOSITORY, 'prisma', owner, 'prisma.config.ts');
  const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter); // the engine asks `env` for node
  const env = { ...process.env, PATH, DATABASE_URL: url, PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1' };
  try {
    const args = [prisma, 'migrate', 'deploy', '--config', config];
    await promisify(execFile)(process.execPath, args, { cwd: REPOSITORY, env });
  } catch (cause) {
    const output =
      cause instanceof Error && 'stderr' in cause && 'stdout' in cause ? [cause.stdout, cause.stderr] : [cause];
    throw new Error(`the migration of ${owner} failed:\n${output.map(String).join('\n').trim()}`, { cause });
  }
}
