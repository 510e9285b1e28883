import { delimiter, dirname, join } from 'node:path';
import { REPOSITORY, runVisibly } from './run-visibly.mjs';

/** Runs the stock Prisma CLI with the configuration in the folder `place`. Rejects when it fails. */
export function runPrisma(what, place, args, { env = {}, ...options } = {}) {
  const program = join(REPOSITORY, 'node_modules', 'prisma', 'build', 'index.js');
  const config = join(REPOSITORY, place, 'prisma.config.ts');
  const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter); // the engine asks `env` for node
  const engine = process.env.PRISMA_SCHEMA_ENGINE_BINARY ?? join(REPOSITORY, 'scripts', 'schema-engine.mjs'); // the native one is a download
  const quietly = { PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1' };
  return runVisibly(what, process.execPath, [program, ...args, '--config', config], {
    env: { ...process.env, PATH, PRISMA_SCHEMA_ENGINE_BINARY: engine, ...quietly, ...env },
    ...options,
  });
}
