import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { fillSecretFolder } from './cluster-secrets.js';
import { handOut, shares } from './hand-out.js';
import { SecretFolder } from './secret-folder.js';

/** What a test reads of docker-compose.yml. */
interface ComposeFile {
  readonly services: Readonly<Record<string, { readonly volumes?: readonly string[] }>>;
}

const addresses = { gateway: 'http://gateway:8080', frontEnds: ['http://localhost:8080', 'http://127.0.0.1:8081'] };
const ours = process.getgid?.() ?? 0;
const readers = { apps: ours, postgres: ours, nats: ours };
const derived = ['clients.json', 'nats-notes-url', 'nats-users.conf', 'nats-routes.conf'];

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
    for (const name of ['operator-token', 'nats-notes-password']) await rm(join(dir, name));
    await fill();
    const after = await readAll();
    const changed = [...before.keys()].filter((name) => after.get(name) !== before.get(name));
    expect(changed.sort()).toEqual(['nats-notes-password', 'nats-notes-url', 'nats-users.conf', 'operator-token']);
    expect(after.get('nats-notes-url')).toContain(`notes:${after.get('nats-notes-password') ?? ''}@nats-1:4222`);
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

  it('are seen by nobody but whom they are for', async () => {
    await fill();
    const parts = join(dir, 'parts');
    for (const part of Object.keys(shares)) await mkdir(join(parts, part), { recursive: true });
    await handOut(new SecretFolder(dir), (part) => new SecretFolder(join(parts, part)), readers);
    const seen = async (part: string): Promise<readonly string[]> => (await readdir(join(parts, part))).sort();
    expect(await seen('notes')).toEqual(['nats-url', 'notes-database-url']);
    expect(await seen('gateway')).toEqual(['assertion-key.json', 'client-secret', 'hub-database-url', 'token-keys']);
    const urls = await Promise.all(['notes', 'billing', 'poller'].map((part) => read(join('parts', part, 'nats-url'))));
    expect(urls.map((url) => new URL(url.split(',')[0] ?? '').username)).toEqual([
      'notes',
      'billing',
      'session-poller',
    ]);
    expect(await read('nats-users.conf')).not.toContain('no_auth_user');
  });

  it('have a volume each in docker-compose.yml, which its parts alone mount', async () => {
    const { services } = parse(await readFile('docker-compose.yml', 'utf8'), { merge: true }) as ComposeFile;
    const mounted = Object.entries(services).flatMap(([name, { volumes = [] }]) =>
      volumes.flatMap(
        (volume) =>
          /^(secrets[\w-]*):/
            .exec(volume)
            ?.slice(1)
            .map((secret) => [name, secret]) ?? [],
      ),
    );
    const byOthers = mounted.filter(([name]) => name !== 'secrets');
    const wanted = Object.keys(services).filter((name) => name !== 'secrets');
    expect(byOthers).toEqual(wanted.map((name) => [name, `secrets-${name.replace(/-\d$/, '')}`]));
    const made = mounted.filter(([name]) => name === 'secrets').map(([, secret]) => secret);
    expect(made.sort()).toEqual(['secrets', ...Object.keys(shares).map((part) => `secrets-${part}`)].sort());
  });
});
