import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { packLibrary, toTarball } from '../../scripts/pack-library/pack.js';
import { createRunFolder, type Guard, startGuard } from '../../scripts/stack/guard.js';
import { endingOf, newSid, serviceForSuite } from '../support/service.js';
import { Stranger, type Surroundings } from '../support/stranger.js';
import { until } from '../support/until.js';

describe('the library, packed for people who do not have this repository', () => {
  const { suite } = serviceForSuite();
  let guard: Guard;
  let folder: string;
  let packed: string;
  let tarball: { readonly file: string; readonly bytes: number };
  beforeAll(async () => {
    folder = await createRunFolder('packed');
    guard = await startGuard(folder);
    packed = join(folder, 'package');
    await packLibrary(packed);
    tarball = await toTarball(packed, folder);
  }, 60_000);
  afterAll(() => guard.stopAll());

  it('is small, and has nothing of gateway, poller, tests or anybody’s database client', async () => {
    const files = await readdir(packed, { recursive: true });
    expect(tarball.bytes).toBeLessThan(150_000);
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'index.d.ts', 'prisma/session-sync.sql']));
    expect(files.filter((file) => /generated|spec|hub|outbox|relay|publisher|sso-sessions|canar/.test(file))).toEqual(
      [],
    );
  });

  it('names no lib of this repository in the way that only this repository understands', async () => {
    const files = (await readdir(packed, { recursive: true })).filter((file) => /\.(?:js|d\.ts)$/.test(file));
    const texts = await Promise.all(files.map((file) => readFile(join(packed, file), 'utf8')));
    expect(texts.filter((text) => /['"]#[a-z]/.test(text))).toEqual([]);
  });

  it.each<[string, Surroundings]>([
    ['Nest 12 as ES modules', { nest: '^12.1.0', typescript: '~6.0.3', moduleFormat: 'esm' }],
    ['Nest 11 as CommonJS', { nest: '^11.1.0', typescript: '~5.9.3', moduleFormat: 'cjs' }],
  ])(
    'makes a fresh service refuse who has signed out: %s',
    async (_name, surroundings) => {
      const project = join(folder, surroundings.moduleFormat);
      await mkdir(project);
      const stranger = await Stranger.make(guard, project, tarball.file, surroundings);
      expect(await stranger.compile()).toEqual([]);
      const origin = await stranger.start({ ...suite().env, DATABASE_URL: await stranger.database() });
      const sid = newSid();
      const headers = { authorization: `Bearer ${await suite().assertionOf(sid, { aud: 'orders' })}` };
      const ask = () => fetch(`${origin}/orders`, { headers });
      expect((await fetch(`${origin}/orders`)).status).toBe(401);
      const seen = await ask();
      expect([seen.status, await seen.json()]).toEqual([200, { sub: 'ana', orders: [] }]);
      await suite().publish(endingOf(sid));
      const refused = await until('it refuses', async () => {
        const answer = await ask();
        return answer.status === 401 ? answer : undefined;
      });
      expect(await refused.json()).toMatchObject({ type: 'urn:sso:problem:session-ended', reason: 'operator' });
      await stranger.stop(); // the next one is the same service: it would share the endings with it
    },
    300_000,
  );
});
