import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { ConfigError } from '#config';
import { stringify } from 'yaml';
import { readFrontEndsFile } from './read-front-ends-file.js';

const folder = mkdtempSync(join(tmpdir(), 'front-ends-'));
writeFileSync(join(folder, 'secret'), 'from a file\n');
writeFileSync(join(folder, 'empty'), ' \n');
writeFileSync(join(folder, 'index.html'), '<p>');
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const ENV = { SECRET: 'of the client', JWK: '{"kty":"EC","kid":"k","alg":"ES256","d":"x"}', WORDS: 'hunter2' };
const client = { id: 'gateway', secret: { env: 'SECRET' } };
const idp = { issuer: 'https://idp.example', client };
const usual = { idps: { main: idp }, frontEnds: [{ origin: 'https://a.example' }] };

describe('the front ends’ file', () => {
  it('needs an IdP with its client, and a front end with its origin', () => {
    const { file, secrets } = readFrontEndsFile(stringify(usual), ENV);
    expect(file.frontEnds[0]).toMatchObject({
      path: '/',
      scopes: 'openid profile email',
      cookie: { sameSite: 'lax' },
      session: { ttlS: 1_209_600, idleS: 86_400 },
    });
    expect([...secrets.values()]).toEqual(['of the client']);
  });

  it.each([
    ['a file', { ...client, secret: { file: join(folder, 'secret') } }, 'from a file'],
    ['a private key', { id: 'g', auth: 'private_key_jwt', key: { env: 'JWK' } }, ENV.JWK],
  ])('may have the secret in %s', (_name, changed, secret) => {
    const text = stringify({ ...usual, idps: { main: { ...idp, client: changed } } });
    expect([...readFrontEndsFile(text, ENV).secrets.values()]).toEqual([secret]);
  });

  it.each<[string, string, string | RegExp]>([
    ['is not there', 'secret: {env: NONE}', 'client.secret: names a variable that is not set'],
    ['has no file', 'secret: {file: /none}', /client\.secret: names a file that is empty or can’t be read/],
    ['has an empty file', `secret: {file: ${join(folder, 'empty')}}`, /names a file that is empty/],
    ['is a folder', `secret: {file: ${folder}}`, /names a file that is empty or can’t be read/],
    ['is written into the file', 'secret: hunter2', /client\.secret: must be \{env: NAME\} or \{file: path\}/],
    ['is written as a key', 'secret: {hunter2}', /client\.secret: must be \{env: NAME\} or \{file: path\}/],
    [
      'is written as a name',
      'secret: {env: "hunter2-!"}',
      'client.secret.env: must be the name of an environment variable',
    ],
    ['is written as a good name', 'secret: {env: hunter2}', 'client.secret: names a variable that is not set'],
    ['is named in two ways', 'secret: {env: SECRET, file: hunter2}', /client\.secret: must be \{env/],
    [
      'is no key',
      'auth: private_key_jwt, key: {env: WORDS}',
      'client.key: must lead to a private JWK with kid and alg',
    ],
  ])('names a secret that %s, and does not repeat it', (_name, written, said) => {
    const text = `idps:\n  main:\n    issuer: https://idp.example\n    client: {id: x, ${written}}\nfrontEnds:\n  - origin: https://a.example\n`;
    const faults = faultsOf(text);
    expect(faults).toEqual([
      typeof said === 'string' ? `FRONT_ENDS: line 4, idps.main.${said}` : expect.stringMatching(said),
    ]);
    expect(faults[0]).toMatch(/^FRONT_ENDS: line 4, /);
    expect(faults.join()).not.toContain('hunter2');
  });

  it('names a folder of pages that is not there, and a fallback that is not in it', () => {
    const site = (origin: string, pages: object) => ({ origin, pages });
    const sites = [
      site('https://a.example', { folder: join(folder, 'none') }),
      site('https://b.example', { folder: join(folder, 'secret') }),
      site('https://c.example', { folder, fallback: 'none.html' }),
      site('https://d.example', { folder, fallback: 'index.html' }),
      site('https://e.example', { folder, fallbak: 'index.html' }),
      site('https://f.example', { folder, upstream: 'http://localhost:1' }),
    ];
    expect(faultsOf(stringify({ ...usual, frontEnds: sites.slice(0, 4) }))).toEqual([
      expect.stringMatching(/^FRONT_ENDS: line \d+, frontEnds\[0\]\.pages\.folder: is no folder/),
      expect.stringMatching(/^FRONT_ENDS: line \d+, frontEnds\[1\]\.pages\.folder: is no folder/),
      expect.stringMatching(/^FRONT_ENDS: line \d+, frontEnds\[2\]\.pages\.fallback: is no file/),
    ]);
    expect(faultsOf(stringify({ ...usual, frontEnds: sites.slice(4) }))).toEqual([
      expect.stringMatching(/frontEnds\[0\]\.pages\.fallbak: is no key/),
      expect.stringMatching(/frontEnds\[1\]\.pages: must be \{folder: path, fallback: file\} or \{upstream: origin\}/),
    ]);
  });

  it('has faults of keys and contradictions named in one go', () => {
    const text = [
      'idps:',
      '  main: { issuer: https://idp.example, client: { id: g } }',
      '  other: { issuer: 5 }',
      'frontEnds:',
      '  - { origin: nonsense }',
      '  - { origin: https://a.example, idp: other, services: [notes] }',
      '  - { origin: https://a.example, idp: third }',
    ].join('\n');
    expect(faultsOf(text)).toEqual([
      'FRONT_ENDS: line 3, idps.other.issuer: must be string, not number',
      'FRONT_ENDS: line 3, idps.other.client: is required',
      expect.stringMatching(/^FRONT_ENDS: line 5, frontEnds\[0\]\.origin: must be an http\(s\) origin/),
      'FRONT_ENDS: line 2, idps.main.client: needs secret for client_secret_basic',
      'FRONT_ENDS: line 6, frontEnds[1].services[0]: no entry of services has this name',
      'FRONT_ENDS: line 7, frontEnds[2].origin: another front end has this host and path',
      'FRONT_ENDS: line 7, frontEnds[2].idp: no entry of idps has this name',
    ]);
  });
});

function faultsOf(text: string): readonly string[] {
  try {
    readFrontEndsFile(text, ENV);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map(({ key, message }) => `${key}: ${message}`);
  }
}
