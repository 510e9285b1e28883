/**
 * Writes a new migration from what has changed in a schema, on a Postgres of its own:
 *
 *     npm run migration -- hub add_receipts        makes prisma/hub/migrations/<time>_add_receipts/migration.sql
 *
 * Nothing is applied to any database that lasts. Read the SQL and edit it before it is committed.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled } from './bootstrap.mjs';
import { runPrisma } from './bootstrap/run-prisma.mjs';
import { REPOSITORY, say } from './bootstrap/run-visibly.mjs';
import { build } from './build.mjs';

const [owner, name] = process.argv.slice(2);
if (!['hub', 'idp', 'app'].includes(owner) || !/^[a-z][a-z0-9_]*$/.test(name ?? '')) {
  console.error('usage: npm run migration -- hub|idp|app name_of_the_migration');
  process.exit(1);
}

await ensureInstalled();
// Sources that do not fit the new schema yet are no obstacle: the compiler emits what is needed here all the same.
await build().catch((error) => say(`${error.message}; going on`));
const stack = join(REPOSITORY, 'dist', 'scripts', 'stack');
if (!existsSync(stack)) throw new Error(`${stack} was not built`);
const { createRunFolder, startGuard } = await import(join(stack, 'guard.js'));
const { startPostgres } = await import(join(stack, 'postgres.js'));

const dir = await createRunFolder('migration');
const guard = await startGuard(dir);
try {
  const { adminUrl } = await startPostgres(guard, { dir, durable: false });
  const url = new URL(adminUrl); // the superuser's: Prisma makes a shadow database beside it
  url.pathname = '/migration';
  const args = ['migrate', 'dev', '--create-only', '--name', name];
  const env = { DATABASE_URL: url.href };
  await runPrisma(`migration ${name} of ${owner}`, `prisma/${owner}`, args, { env, stdio: 'inherit' });
} catch (error) {
  say(error.message);
  process.exitCode = 1;
} finally {
  await guard.stopAll();
}
