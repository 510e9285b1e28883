import pg from 'pg';
import { newPassword } from './create-database.js';

/** The columns of the hub that the timeline shows. No token, no secret, and nothing that stands for a browser's cookie. */
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  SsoSession: [
    ...['id', 'sub', 'openedAt', 'tokensSince', 'idpCheckedAt', 'endCause'],
    ...['weakEndedAt', 'unknownSince', 'unknownReason'],
  ],
  BrowserSession: ['ssoSessionId', 'frontEnd', 'createdAt'],
  OutboxEvent: ['seq', 'id', 'sid', 'createdAt', 'publishedAt'],
  Receipt: ['eventId', 'service', 'sessions', 'appliedAt'],
};

/**
 * Creates the role `name`, which may connect to the hub's database and do nothing there, until {@link grantTimeline}.
 *
 * @returns the URL for it
 * @throws when `name` is anything but lower case letters, digits and `_`, or exists
 */
export async function createTimelineRole(adminUrl: string, hubUrl: string, name = 'timeline'): Promise<string> {
  const url = new URL(hubUrl);
  const database = url.pathname.slice(1);
  expectNames(name, database);
  url.username = name;
  url.password = newPassword();
  await withClient(adminUrl, async (client) => {
    await client.query(`CREATE ROLE ${name} LOGIN PASSWORD '${url.password}' CONNECTION LIMIT 10`);
    await client.query(`GRANT CONNECT ON DATABASE ${database} TO ${name}`);
  });
  return url.href;
}

/** Lets the role read what the timeline shows, and nothing else. Run twice it gives the same. @param hubUrl the owner's, migrated */
export async function grantTimeline(hubUrl: string, name = 'timeline'): Promise<void> {
  expectNames(name);
  await withClient(hubUrl, async (client) => {
    const grants = Object.entries(COLUMNS).flatMap(([table, columns]) => [
      `REVOKE ALL ON "${table}" FROM ${name}`,
      `GRANT SELECT (${columns.map((column) => `"${column}"`).join(', ')}) ON "${table}" TO ${name}`,
    ]);
    await client.query(['BEGIN', `GRANT USAGE ON SCHEMA public TO ${name}`, ...grants, 'COMMIT'].join(';\n'));
  });
}

/** Names stand in statements as they are. */
function expectNames(...names: readonly string[]): void {
  for (const name of names) if (!/^[a-z][a-z0-9_]{0,62}$/.test(name)) throw new Error(`not a name for a role: ${name}`);
}

async function withClient(url: string, run: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await run(client);
  } finally {
    await client.end();
  }
}
