import { describe, expect, it } from '@jest/globals';
import { ConfigError, readConfig } from '#config';
import { IdpConfig } from './config.js';

const KEY = { kty: 'RSA', kid: 'k1', d: 'private' };
const ANA = { sub: 's', login: ' Ana ', name: 'Ana', email: 'ana@example.test', password: 'p' };
const GOOD = {
  IDP_ISSUER: 'http://localhost:4000',
  PORT: '4000',
  IDP_OPERATOR_PORT: '4001',
  IDP_OPERATOR_TOKEN: 'sixteen characters',
  IDP_DATABASE_URL: 'postgresql://idp:secret@localhost/idp',
  IDP_JWKS: JSON.stringify({ keys: [KEY] }),
  IDP_COOKIE_KEYS: 'sixteen characters,sixteen other ones',
  IDP_SECRET_KEYS: `k1:${Buffer.alloc(32).toString('base64')}`,
  IDP_CLIENTS: JSON.stringify([{ client_id: 'gateway' }]),
};

function faultsOf(changes: Readonly<Record<string, string | undefined>>): readonly string[] {
  try {
    readConfig(IdpConfig, { ...GOOD, ...changes });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map(({ key, message }) => `${key}: ${message}`);
  }
}

describe('the configuration of the IdP', () => {
  it('reads JSON and lists, and has defaults', () => {
    expect(readConfig(IdpConfig, { ...GOOD, IDP_PEOPLE: JSON.stringify([ANA]) })).toMatchObject({
      HOST: '127.0.0.1',
      IDP_OPERATOR_HOST: '127.0.0.1',
      IDP_COOKIE_KEYS: ['sixteen characters', 'sixteen other ones'],
      IDP_JWKS: { keys: [KEY] },
      IDP_PEOPLE: [{ sub: 's', login: 'ana' }],
      IDP_PRIVATE_HOSTS_ALLOWED: [],
      SESSION_IDLE_S: 2_592_000,
      SESSION_ABSOLUTE_S: 2_592_000,
      REFRESH_REUSE_GRACE_S: 10,
      IDP_CROSS_SITE_FRAMES: false,
      UNSAFE_FAULTS: false,
      UNSAFE_PLAIN_HTTP: false,
    });
  });

  it('names every fault at once', () => {
    const changes = { IDP_ISSUER: 'http://idp.example.com', PORT: 'x', IDP_JWKS: '{', IDP_COOKIE_KEYS: undefined };
    expect(
      faultsOf(changes)
        .map((fault) => fault.split(':')[0])
        .sort(),
    ).toEqual(['IDP_COOKIE_KEYS', 'IDP_ISSUER', 'IDP_JWKS', 'PORT']);
  });

  it.each([
    ['http://localhost:4000', []],
    ['http://idp.localhost', []],
    ['http://127.0.0.2:4000', []],
    ['http://[::1]:4000', []],
    ['https://idp.example.com', []],
    ['http://127.0.0.1.example.com', [expect.stringContaining('not on loopback')]],
    ['http://10.0.0.1', [expect.stringContaining('not on loopback')]],
    ['https://idp.example.com/', []],
    ['https://idp.example.com//', [expect.stringContaining('one slash at the end')]],
    ['https://idp.example.com/realm', [expect.stringContaining('no path')]],
  ])('judges the issuer %s', (issuer, faults) => {
    expect(faultsOf({ IDP_ISSUER: issuer })).toEqual(faults);
  });

  it('takes plain http off loopback from whoever says so loudly', () => {
    expect(faultsOf({ IDP_ISSUER: 'http://idp:4000', UNSAFE_PLAIN_HTTP: '1' })).toEqual([]);
  });

  it.each([
    ['IDP_JWKS', { keys: [{ kty: 'RSA', kid: 'k1' }, { kty: 'oct' }] }, /keys\.0\.d: .*private; keys\.1\.kty/],
    ['IDP_JWKS', { keys: [] }, /holds no key/],
    ['IDP_CLIENTS', [{ client_id: 'a' }, { client_id: 'a' }], /client_id stands twice/],
    ['IDP_CLIENTS', [{ client_id: 'a', redirect_uris: ['nowhere'] }], /0\.redirect_uris\.0/],
    ['IDP_PEOPLE', [ANA, { ...ANA, sub: 't' }], /a login stands twice/],
    ['IDP_PEOPLE', [{ ...ANA, sub: 'with space' }], /0\.sub/],
  ])('names the place of a fault inside %s, and repeats no value', (key, value, said) => {
    const [fault] = faultsOf({ [key]: JSON.stringify(value) });
    expect(fault).toMatch(said);
    expect(fault).not.toContain('ana@example.test');
  });
});
