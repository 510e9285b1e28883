import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fillSecretFolder } from './cluster-secrets.js';
import { SecretFolder } from './secret-folder.js';

const addresses = { gateway: 'http://gateway:8080', frontEnds: ['http://localhost:8080', 'http://127.0.0.1:8081'] };
const ours = process.getgid?.() ?? 0;
const readers = { apps: ours, postgres: ours, nats: ours };
const derived = ['clients.json', 'nats-url', 'nats-users.conf', 'nats-routes.conf'];

describe('the secrets of the docker-compose cluster', () => {
  let dir: string;
  const fill = (frontEnds = addresses.frontEnds) =>
    fillSecretFolder(new SecretFolder(dir), { ...addresses, frontEnds }, readers);
  const read = async (name: string): Promise<string> => (await readFile(join(dir, name), 'utf8')).trim();
  const readAll = async (): Promise<ReadonlyMap<string, string>> =>
    new Map(
      await Promise.all((await readdir(dir)).map(async (name): Promise<[string, string]> => [name, await read(name)])),
    );

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'session-sync-secrets-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('are readable by their owner and one group, and written by nobody', async () => {
    await fill();
    const modes = await Promise.all((await readdir(dir)).map(async (name) => (await stat(join(dir, name))).mode));
    expect(modes.length).toBeGreaterThan(15);
    expect(new Set(modes.map((mode) => mode & 0o777))).toEqual(new Set([0o440]));
  });

  it('stay what they are when made again', async () => {
    await fill();
    const before = await readAll();
    await fill();
    expect(await readAll()).toEqual(before);
  });

  it('are completed when some are missing, and the rest is left alone', async () => {
    await fill();
    const before = await readAll();
    for (const name of ['operator-token', 'nats-password']) await rm(join(dir, name));
    await fill();
    const after = await readAll();
    const changed = [...before.keys()].filter((name) => after.get(name) !== before.get(name));
    expect(changed.sort()).toEqual(['nats-password', 'nats-url', 'nats-users.conf', 'operator-token']);
    expect(after.get('nats-url')).toContain(`:${after.get('nats-password') ?? ''}@nats-1:4222`);
  });

  it('encrypt the databases of the gateway and of the identity provider with keys of their own', async () => {
    await fill();
    const keys = await Promise.all(['token-keys', 'idp-secret-keys'].map(read));
    expect(keys).toEqual([
      expect.stringMatching(/^[\w-]+:[\w+/]{43}=$/),
      expect.stringMatching(/^[\w-]+:[\w+/]{43}=$/),
    ]);
    expect(keys[0]).not.toBe(keys[1]);
  });

  it('survive a run that was killed while it wrote', async () => {
    await writeFile(join(dir, '.client-secret.new'), 'half', { mode: 0o440 });
    await fill();
    expect(await readdir(dir)).not.toContain('.client-secret.new');
    expect((await read('client-secret')).length).toBeGreaterThan(40);
  });

  it('let what follows from them follow the addresses too', async () => {
    await fill();
    const before = await readAll();
    await fill(['http://localhost:9000']);
    expect(await read('clients.json')).toContain('"redirect_uris":["http://localhost:9000/bff/callback"]');
    expect(await read('client-secret')).toBe(before.get('client-secret'));
    expect([...before.keys()]).toEqual(expect.arrayContaining(derived));
  });
});
