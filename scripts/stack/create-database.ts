import { randomBytes } from 'node:crypto';
import pg from 'pg';

/**
 * Creates a role and its database, both called `name`, and gives the URL for them. Nobody else may connect to it.
 *
 * With `template`, a database made by this function to which nobody is connected, the new one is a copy of it; its
 * role is then a member of the template's, which goes on owning what is in it.
 *
 * @throws when `name` or `template` is anything but lower case letters, digits and `_`, or `name` exists
 */
export async function createDatabase(adminUrl: string, name: string, template?: string): Promise<string> {
  for (const word of [name, template ?? name]) {
    if (!/^[a-z][a-z0-9_]{0,62}$/.test(word)) throw new Error(`not a name for a database: ${word}`);
  }
  const password = newPassword();
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const membership = template === undefined ? '' : `IN ROLE ${template}`;
    await client.query(`CREATE ROLE ${name} LOGIN PASSWORD '${password}' ${membership}`);
    await client.query(`CREATE DATABASE ${name} OWNER ${name} TEMPLATE ${template ?? 'template1'}`);
    await client.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
  } finally {
    await client.end();
  }
  const url = new URL(adminUrl);
  url.username = name;
  url.password = password;
  url.pathname = `/${name}`;
  return url.href;
}

/** Makes a password that needs no escaping, in SQL, URLs and configuration files alike. */
export const newPassword = (): string => randomBytes(24).toString('hex');
