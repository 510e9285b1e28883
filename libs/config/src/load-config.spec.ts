import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ConfigError, readConfig } from './load-config.js';
import { httpOrigin, keyValueList, list, port, positiveSeconds, switchKey } from './values.js';

const folder = mkdtempSync(join(tmpdir(), 'config-'));
let files = 0;
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const Schema = z.object({
  PORT: port,
  SECRET: z.string().min(8, 'must have 8 characters'),
  FRONT_ENDS: list(httpOrigin),
  METHOD: z.enum(['basic', 'post']),
  LIFE_S: positiveSeconds.default(900),
  STRICT: switchKey.default(true),
  UPSTREAMS: keyValueList(httpOrigin).optional(),
});
const GOOD = { PORT: '4000', SECRET: 'sixteen letters', FRONT_ENDS: 'https://a.example', METHOD: 'post' };

type Env = Readonly<Record<string, string | undefined>>;

describe('the environment', () => {
  it('is read whole, with defaults', () => {
    expect(readConfig(Schema, { ...GOOD, HOME: '/root', LIFE_S: '0.5', STRICT: '0' })).toEqual({
      PORT: 4000,
      SECRET: 'sixteen letters',
      FRONT_ENDS: ['https://a.example'],
      METHOD: 'post',
      LIFE_S: 0.5,
      STRICT: false,
    });
    expect(readConfig(Schema, GOOD)).toMatchObject({ LIFE_S: 900, STRICT: true });
  });

  it('has every fault named at once', () => {
    expect(faultsOf({ PORT: 'x', SECRET: 'short', FRONT_ENDS: undefined, METHOD: 'other', LIFE_S: '-1' })).toEqual([
      'PORT: must be a number from 0 to 65535',
      'SECRET: must have 8 characters',
      'FRONT_ENDS: is required',
      expect.stringMatching(/^METHOD: /),
      expect.stringMatching(/^LIFE_S: /),
    ]);
  });

  it('has every missing key called required, whatever its kind', () => {
    const nothing = { PORT: undefined, SECRET: '', FRONT_ENDS: undefined, METHOD: undefined };
    expect(faultsOf(nothing)).toEqual([
      'PORT: is required',
      'SECRET: is required',
      'FRONT_ENDS: is required',
      'METHOD: is required',
    ]);
  });

  it('has every bad part of a list named', () => {
    expect(faultsOf({ FRONT_ENDS: 'https://a.example/,https://b.example,nonsense' })).toEqual([
      expect.stringMatching(/^FRONT_ENDS: part 1: must be an http\(s\) origin/),
      expect.stringMatching(/^FRONT_ENDS: part 3: must be an http\(s\) origin/),
    ]);
  });

  it('never has its values repeated', () => {
    const secret = 'hunter2-hunter2';
    const everywhere = Object.fromEntries(Object.keys(Schema.shape).map((key) => [key, `${secret}=${secret}`]));
    expect(faultsOf({ ...everywhere, SECRET: '1' }).join()).not.toContain(secret);
  });
});

describe('a value in a file', () => {
  it('is read without the line break at its end', () => {
    expect(readConfig(Schema, { ...GOOD, SECRET: undefined, SECRET_FILE: file('from a file\n') }).SECRET).toBe(
      'from a file',
    );
  });

  it.each([
    [
      'the file is missing',
      { SECRET: '', SECRET_FILE: join(folder, 'none') },
      /^SECRET: SECRET_FILE names .*can't be read$/,
    ],
    ['it is a folder', { SECRET: '', SECRET_FILE: folder }, /can't be read$/],
    ['both ways are used', { SECRET_FILE: file('x') }, /^SECRET: is set twice/],
    [
      'the file is empty',
      { SECRET: '', SECRET_FILE: file(' \n') },
      /^SECRET: is required, and the file that SECRET_FILE names is empty$/,
    ],
    ['what is in it is wrong', { SECRET: '', SECRET_FILE: file('short') }, /^SECRET: must have 8 characters$/],
  ])('is the one fault when %s', (_name, env, said) => {
    expect(faultsOf(env)).toEqual([expect.stringMatching(said)]);
  });

  it('is as good as absent when KEY_FILE is empty', () => {
    expect(faultsOf({ SECRET_FILE: '' })).toEqual([]);
  });
});

function faultsOf(env: Env): readonly string[] {
  try {
    readConfig(Schema, { ...GOOD, ...env });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.code).toBe('CONFIG_INVALID');
    const lines = error.faults.map(({ key, message }) => `${key}: ${message}`);
    expect(error.message).toBe(lines.join('\n'));
    return lines;
  }
}

function file(text: string): string {
  files += 1;
  const path = join(folder, String(files));
  writeFileSync(path, text);
  return path;
}
