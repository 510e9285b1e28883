/**
 * Chaos: an IdP that answers at random, pollers, a service, NATS and Postgres that are killed and started again; then every
 * session that has really ended must be revoked in the service, and not one other. Exits 1 if not.
 *
 *     chaos.mjs [--minutes 10] [--sessions 5000] [--pollers 3] [--interval 15] [--seed N] [--gentle]
 */
import { ensureInstalled, ensureNatsServer, ensurePostgres } from './bootstrap.mjs';
import { build } from './build.mjs';

await ensureInstalled();
await ensurePostgres();
await ensureNatsServer();
await build();
await import('../dist/scripts/chaos/main.js');
