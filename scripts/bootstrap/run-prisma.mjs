import { delimiter, dirname, join } from 'node:path';
import { REPOSITORY, runVisibly } from './run-visibly.mjs';

/** Runs the stock Prisma CLI with the configuration of `owner`. Rejects when it fails. */
export function runPrisma(what, owner, args, { env = {}, ...options } = {}) {
  const program = join(REPOSITORY, 'node_modules', 'prisma', 'build', 'index.js');
  const config = join(REPOSITORY, 'prisma', owner, 'prisma.config.ts');
  const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter); // the engine asks `env` for node
  const quietly = { PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1' };
  return runVisibly(what, process.execPath, [program, ...args, '--config', config], {
    env: { ...process.env, PATH, ...quietly, ...env },
    ...options,
  });
}
