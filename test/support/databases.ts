import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { createDatabase } from '../../scripts/stack/create-database.js';
import { createTimelineRole, grantTimeline } from '../../scripts/stack/timeline-role.js';

/** Whose tables: one of `prisma/<owner>`. */
export type Owner = 'hub' | 'idp' | 'app';

/**
 * Makes an empty, migrated database for this suite alone, and gives its URL. It goes with the Postgres of this run.
 *
 * Takes about 50 ms. The first suite of a run that asks also waits for Postgres and the migrations: some seconds.
 */
export async function freshDatabase(owner: Owner): Promise<string> {
  const adminUrl = await askForTemplate(owner);
  return createDatabase(adminUrl, `${owner}_${randomBytes(6).toString('hex')}`, `template_${owner}`);
}

/** Counts the connections to the database at `url`, its own not among them. */
export async function connectionsTo(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ readonly n: number }>(
      'SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    return rows[0]!.n;
  } finally {
    await client.end();
  }
}

/**
 * Counts the connections to the database at `url` that stay, 0 as soon as none is left: what a suite must not leave behind.
 *
 * A pool says that it is closed before the server's processes are gone. It looks for up to 5 s: an idle pool that nobody
 * closed lets its connections go only after 10 s.
 */
export async function connectionsLeft(url: string): Promise<number> {
  const deadline = performance.now() + 5_000;
  for (;;) {
    const left = await connectionsTo(url);
    if (left === 0 || performance.now() > deadline) return left;
    await setTimeout(25);
  }
}

async function askForTemplate(owner: Owner): Promise<string> {
  const address = process.env.TEST_DATABASES_URL;
  if (address === undefined)
    throw new Error('no global set-up: jest.config.mjs must name test/support/global-setup.mjs');
  const response = await fetch(`${address}/${owner}`, { headers: { connection: 'close' } });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}

/** Makes a role that may read of the hub at `hubUrl` what the timeline shows, and gives its URL. */
export async function timelineRoleFor(hubUrl: string): Promise<string> {
  const name = `timeline_${randomBytes(6).toString('hex')}`;
  const url = await createTimelineRole(await askForTemplate('hub'), hubUrl, name);
  await grantTimeline(hubUrl, name);
  return url;
}
