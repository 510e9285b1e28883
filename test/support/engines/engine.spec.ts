import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { REPOSITORY } from '../../../scripts/stack/repository.js';
import { describeIn, type Engine, programOf } from './engine.js';

const VARIABLES = ['FIREFOX', 'WEBKIT_DRIVER', 'XVFB'];
const FIND = `
  const { findEngines } = await import('./scripts/bootstrap/engines.mjs');
  await findEngines();
  console.log(JSON.stringify(${JSON.stringify(VARIABLES)}.map((variable) => process.env[variable])));
`;
const ABSENT: Engine = {
  name: 'a browser that nobody has',
  isThere: false,
  start: () => Promise.reject(new Error('it was started')),
};

describe('the other browsers of this machine', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'session-sync-engines-'));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  async function program(name: string, text: string): Promise<string> {
    await writeFile(join(dir, name), `#!/bin/sh\n${text}\n`);
    await chmod(join(dir, name), 0o755);
    return join(dir, name);
  }

  async function found(...files: readonly string[]) {
    const named = Object.fromEntries(VARIABLES.map((variable, at) => [variable, files[at] ?? '']));
    const env = { ...process.env, ...named, PATH: dir };
    const args = ['--input-type=module', '-e', FIND];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: REPOSITORY, env });
    return { files: JSON.parse(stdout) as unknown, said: stderr };
  }

  it('are those that the variables name', async () => {
    const files = [await program('fox', 'echo Mozilla Firefox 1'), await program('driver', ''), await program('x', '')];
    expect(await found(...files)).toEqual({ files, said: '' });
  });

  it('are left out with a word where what is named does not run; nothing is installed or taken in its place', async () => {
    await program('apt-get', 'echo asked >&2; exit 1');
    const broken = await program('broken', 'echo get the snap; exit 1');
    const { files, said } = await found(broken, join(dir, 'absent'));
    expect(files).toEqual(['', '', '']);
    expect(said).toMatch(
      /no FIREFOX .*broken\), no WEBKIT_DRIVER .*absent\), no XVFB: tests in that browser are left out/,
    );
    expect(said).not.toMatch(/asked|archive/);
  });

  it('are not looked for again by the tests', () => {
    const before = process.env.FIREFOX;
    try {
      process.env.FIREFOX = '';
      expect(programOf('FIREFOX', 'env')).toBeUndefined();
      delete process.env.FIREFOX;
      expect(programOf('FIREFOX', 'env')).toBe('/usr/bin/env');
    } finally {
      if (before !== undefined) process.env.FIREFOX = before;
    }
  });

  describeIn([ABSENT], () => {
    it('has tests that fail nowhere', () => {
      throw new Error('it was tested');
    });
  });
});
