import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { composeTarget } from './compose-target.js';

const person = { sub: 'person-ana', login: 'ana', name: 'Ana', email: 'ana@example.com', password: 'secret' };
const files = {
  'operator-token': 'token\n',
  'people.json': JSON.stringify([person]),
  'assertion-key.json': JSON.stringify({ kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'd', kid: 'gateway-1' }),
  'hub-database-url': 'postgresql://hub:pw@postgres:5432/hub',
  'notes-database-url': 'postgresql://notes:pw@postgres:5432/notes',
  'billing-database-url': 'postgresql://billing:pw@postgres:5432/billing',
};

/** Stands for docker compose: prints the secret that is asked for, and writes down every call. */
const composeScript = (calls: string) => `
  import { appendFileSync } from 'node:fs';
  const args = process.argv.slice(2);
  appendFileSync(${JSON.stringify(calls)}, args.join(' ') + '\\n');
  const file = args.at(-1).replace('/run/secrets-demo/', '');
  if (args[0] === 'exec') process.stdout.write(${JSON.stringify(files)}[file]);
`;

describe('the docker-compose cluster', () => {
  let dir: string;
  let command: string;
  const callsFile = () => join(dir, 'calls');
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'compose-'));
    await writeFile(join(dir, 'compose.mjs'), composeScript(callsFile()));
    command = `${process.execPath} ${join(dir, 'compose.mjs')}`;
  });
  afterAll(() => rm(dir, { recursive: true }));

  it('gives its secrets, and its databases at the published port', async () => {
    expect(await composeTarget(command)).toMatchObject({
      operatorToken: 'token',
      people: [person],
      assertionKey: { kid: 'gateway-1' },
      databases: {
        hub: 'postgresql://hub:pw@127.0.0.1:8087/hub',
        notes: 'postgresql://notes:pw@127.0.0.1:8087/notes',
        billing: 'postgresql://billing:pw@127.0.0.1:8087/billing',
      },
    });
  });

  it('stops and starts one app at a time', async () => {
    const target = await composeTarget(command);
    await target.stop('billing');
    await target.start('billing');
    const calls = (await readFile(callsFile(), 'utf8')).trim().split('\n');
    expect(calls.slice(-2)).toEqual(['stop billing', expect.stringMatching(/^up .*--no-deps .*billing$/)]);
  });

  it('is said to be down when compose fails', async () => {
    await expect(composeTarget('false')).rejects.toThrow('Is the cluster up?');
    await expect(composeTarget('/nowhere/docker compose')).rejects.toThrow('Is the cluster up?');
  });
});
