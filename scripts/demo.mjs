/**
 * Starts the demo, on a fresh clone too: gets what is missing, builds, then hands over to demo/main.ts.
 *
 *     demo.mjs [--help | options]
 */
import { ensureInstalled, ensureNatsServer, ensurePostgres } from './bootstrap.mjs';
import { say } from './bootstrap/run-visibly.mjs';
import { build } from './build.mjs';

const needsServers = !/ --target[= ]compose /.test(` ${process.argv.slice(2).join(' ')} `);

await ensureInstalled();
if (needsServers) {
  await ensurePostgres();
  await ensureNatsServer();
}
try {
  await build();
} catch (error) {
  say(error.message);
  process.exit(1);
}
await import('../dist/scripts/demo/main.js');
