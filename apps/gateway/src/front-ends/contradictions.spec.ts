import { describe, expect, it } from '@jest/globals';
import { FrontEndsFile } from './front-ends-file.js';

const client = { id: 'gateway', secret: { env: 'SECRET' } };
const main = { issuer: 'https://idp.example', client };
const a = { origin: 'https://a.example' };
const shop = { origin: 'https://a.example', path: '/shop' };

function faultsOf(changes: object): readonly string[] {
  const parsed = FrontEndsFile.safeParse({ idps: { main }, frontEnds: [a], ...changes });
  return (parsed.error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('what contradicts itself in the front ends’ file', () => {
  it.each<[string, object, string | RegExp]>([
    [
      'a client twice',
      { idps: { main, other: main }, frontEnds: [{ ...a, idp: 'main' }] },
      /^idps\.other\.client\.id: stands twice for this issuer: main has both/,
    ],
    [
      'a client without its secret',
      { idps: { main: { ...main, client: { id: 'x' } } } },
      'idps.main.client: needs secret for client_secret_basic',
    ],
    [
      'a client without its key',
      { idps: { main: { ...main, client: { ...client, auth: 'private_key_jwt' } } } },
      'idps.main.client: needs key for private_key_jwt',
    ],
    [
      'an IdP by plain http',
      { idps: { main: { ...main, issuer: 'http://idp.example' } } },
      /^idps\.main\.issuer: is plain http to another machine/,
    ],
    [
      'an IdP that is reached by plain http',
      { idps: { main: { ...main, internalOrigin: 'http://idp:3000' } } },
      /^idps\.main\.internalOrigin: is plain http/,
    ],
    ['no IdP', { idps: {} }, 'idps: names nothing'],
    ['no front end', { frontEnds: [] }, 'frontEnds: names nothing'],
    ['one address for two', { frontEnds: [a, a] }, 'frontEnds.1.origin: another front end has this host and path'],
    [
      'one address, by http and https',
      { frontEnds: [{ origin: 'https://localhost' }, { origin: 'http://localhost' }] },
      'frontEnds.1.origin: another front end has this host and path',
    ],
    ['plain http', { frontEnds: [{ origin: 'http://a.example' }] }, /^frontEnds\.0\.origin: must be https/],
    [
      'which IdP',
      { idps: { main, other: { ...main, issuer: 'https://other.example' } } },
      'frontEnds.0: needs idp: there are 2',
    ],
    ['an unknown IdP', { frontEnds: [{ ...a, idp: 'none' }] }, 'frontEnds.0.idp: no entry of idps has this name'],
    [
      'an IdP named like an object’s own',
      { frontEnds: [{ ...a, idp: 'constructor' }] },
      'frontEnds.0.idp: no entry of idps has this name',
    ],
    [
      'an unknown service',
      { frontEnds: [{ ...a, services: ['none'] }] },
      'frontEnds.0.services.0: no entry of services has this name',
    ],
    [
      'a service that nobody can satisfy',
      { services: { pay: { origin: 'http://pay:1', maxIdpAgeS: 30 } }, frontEnds: [{ ...a, services: ['pay'] }] },
      /^frontEnds\.0\.services\.0: asks for a maxIdpAgeS shorter/,
    ],
    [
      'two front ends of a host with one session cookie',
      {
        frontEnds: [
          { ...a, cookie: { name: 'sid' } },
          { ...shop, cookie: { name: 'sid' } },
        ],
      },
      /^frontEnds\.1\.cookie\.name: another front end of this host/,
    ],
    [
      'two ports of a host with one session cookie',
      { frontEnds: [{ origin: 'http://localhost:1' }, { origin: 'http://localhost:2' }] },
      /^frontEnds\.1\.cookie\.name: another front end of this host/,
    ],
    [
      'another cookie’s name',
      { frontEnds: [{ ...a, cookie: { name: 'bff-browser' } }] },
      /^frontEnds\.0\.cookie\.name: is the name of another cookie/,
    ],
    [
      'an address for after sign-out that leads away',
      { frontEnds: [{ ...a, afterLogout: '//evil.example' }] },
      /^frontEnds\.0\.afterLogout: must be a path/,
    ],
    ...['/bff', '/bff/x', '/shop/bff', '/shop/bff/x', '/health', '/health/live', '/metrics'].map(
      (path): [string, object, string] => [
        `the path ${path}`,
        { frontEnds: [{ ...a, path }] },
        'frontEnds.0.path: is a path of the gateway itself',
      ],
    ),
    ...['/.well-known', '/shop/', 'shop', '//shop', '/Shop', '/a b', '/..', '/shop?x', '/sh%6fp'].map(
      (path): [string, object, RegExp] => [
        `the path ${path}`,
        { frontEnds: [{ ...a, path }] },
        /^frontEnds\.0\.path: must be \/ or like \/shop/,
      ],
    ),
  ])('is found: %s', (_name, changes, said) => {
    expect(faultsOf(changes)).toEqual([typeof said === 'string' ? said : expect.stringMatching(said)]);
  });

  it.each<[string, object]>([
    ['paths that share a host', { frontEnds: [a, shop, { ...shop, path: '/shop/admin' }, { ...shop, path: '/bffs' }] }],
    [
      'one issuer with two clients',
      { idps: { main, other: { ...main, client: { ...client, id: 'x' } } }, frontEnds: [{ ...a, idp: 'other' }] },
    ],
    [
      'plain http on loopback',
      {
        idps: { main: { ...main, issuer: 'http://localhost:8080/' } },
        frontEnds: [{ origin: 'http://a.localhost:1' }],
      },
    ],
    [
      'plain http to an IdP in a closed network',
      { idps: { main: { ...main, internalOrigin: 'http://idp:1', unsafePlainHttp: true } } },
    ],
    [
      'ports of a host with cookies of their own',
      { frontEnds: [{ origin: 'http://localhost:1' }, { origin: 'http://localhost:2', cookie: { name: 'second' } }] },
    ],
  ])('is not found where there is none: %s', (_name, changes) => {
    expect(faultsOf(changes)).toEqual([]);
  });
});
