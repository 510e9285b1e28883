import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { writeEnv } from './write-env.js';

describe('the dotenv file', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'write-env-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('holds every value, for its owner alone, and leaves no draft', async () => {
    const path = join(dir, 'demo.env');
    await writeEnv(
      path,
      new Map([
        ['NATS_URL', 'nats://u:p@127.0.0.1:4222'],
        ['PASSWORD', 'two words'],
      ]),
    );
    expect(await readFile(path, 'utf8')).toBe("NATS_URL=nats://u:p@127.0.0.1:4222\nPASSWORD='two words'\n");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(dir)).toEqual(['demo.env']);
  });

  it('replaces the file of an earlier run', async () => {
    const path = join(dir, 'demo.env');
    await writeEnv(path, new Map([['A', '1']]));
    await writeEnv(path, new Map([['A', '2']]));
    expect(await readFile(path, 'utf8')).toBe('A=2\n');
  });

  it('goes when the demo goes, also when someone removed it before', async () => {
    const file = await writeEnv(join(dir, 'demo.env'), new Map([['A', '1']]));
    await file.remove();
    await file.remove();
    expect(await readdir(dir)).toEqual([]);
  });

  it('leaves nothing behind when it can not be written', async () => {
    await expect(writeEnv(join(dir, 'missing', 'demo.env'), new Map())).rejects.toThrow('ENOENT');
    await expect(writeEnv(join(dir, 'demo.env'), new Map([['A', "it's"]]))).rejects.toThrow(TypeError);
    expect(await readdir(dir)).toEqual([]);
  });
});
