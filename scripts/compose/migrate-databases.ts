/**
 * Brings every database of the docker-compose cluster to its newest migration, and lets the timeline read what it shows of the hub:
 *
 *     migrate-databases.js SECRETS_FOLDER
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { migrate } from '../stack/migrate.js';
import { grantTimeline } from '../stack/timeline-role.js';
import { databaseNames } from './cluster-secrets.js';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('usage: migrate-databases.js SECRETS_FOLDER\n');
  process.exit(78);
}
await Promise.all(
  databaseNames.map(async (name) => {
    const url = (await readFile(join(folder, `${name}-database-url`), 'utf8')).trim();
    await migrate(name === 'hub' || name === 'idp' ? name : 'app', url);
    if (name === 'hub') await grantTimeline(url);
    process.stdout.write(`migrated ${name}\n`);
  }),
);
