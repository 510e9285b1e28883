import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Problem } from '#http';
import type { FrontEnd } from './front-end.js';
import { FrontEnds } from './front-ends.js';

const at = (origin: string, path = '') => ({ origin, path, base: `${origin}${path}` }) as FrontEnd;
const frontEnds = new FrontEnds([
  at('https://a.example'),
  at('https://b.example', '/shop'),
  at('https://b.example', '/shop/admin'),
  at('https://b.example', '/hr'),
  at('http://localhost:4000', '/dev'),
]);

function route(url: string | undefined, host: string | undefined) {
  const request = { url, headers: host === undefined ? {} : { host } };
  const path = frontEnds.route(request);
  return { base: frontEnds.find(request)?.base, path };
}

describe('a request', () => {
  it.each([
    ['/', 'a.example', 'https://a.example', '/'],
    ['/bff/user?x=1', 'a.example', 'https://a.example', '/bff/user?x=1'],
    ['/shop', 'b.example', 'https://b.example/shop', '/'],
    ['/shop/', 'b.example', 'https://b.example/shop', '/'],
    ['/shop?x', 'b.example', 'https://b.example/shop', '/?x'],
    ['/shop/bff/user', 'b.example', 'https://b.example/shop', '/bff/user'],
    ['/shop//bff/user', 'b.example', 'https://b.example/shop', '//bff/user'],
    ['/shop/../hr', 'b.example', 'https://b.example/shop', '/../hr'],
    ['/shop/administrator', 'b.example', 'https://b.example/shop', '/administrator'],
    ['/shop/admin', 'b.example', 'https://b.example/shop/admin', '/'],
    ['/shop/admin/bff/user', 'b.example', 'https://b.example/shop/admin', '/bff/user'],
    ['/hr/bff/login?returnUrl=/hr/', 'b.example', 'https://b.example/hr', '/bff/login?returnUrl=/hr/'],
    ['/', 'A.EXAMPLE', 'https://a.example', '/'],
    ['/', 'a.example:443', 'https://a.example', '/'],
    ['/dev/x', 'localhost:4000', 'http://localhost:4000/dev', '/x'],
    ['http://b.example/shop/x?y', 'a.example', 'https://b.example/shop', '/x?y'],
    ['HTTPS://B.example/shop', undefined, 'https://b.example/shop', '/'],
    ['http://a.example', 'b.example', 'https://a.example', '/'],
    ['http://a.example?q', 'b.example', 'https://a.example', '/?q'],
    ['http://someone@a.example/x', 'b.example', 'https://a.example', '/x'],
  ])('for %s at %s is for %s, as %s', (url, host, base, path) => {
    expect(route(url, host)).toEqual({ base, path });
  });

  it.each([
    ['another path of the host', '/', 'b.example'],
    ['a path that only begins alike', '/shopping', 'b.example'],
    ['a second slash before the prefix', '//shop', 'b.example'],
    ['a prefix that is written otherwise', '/%73hop', 'b.example'],
    ['a prefix in capitals', '/SHOP', 'b.example'],
    ['a prefix behind dots', '/./shop', 'b.example'],
    ['another host', '/', 'c.example'],
    ['another port', '/', 'a.example:8443'],
    ['plain http’s port of an https site', '/', 'a.example:80'],
    ['a host below ours', '/', 'x.a.example'],
    ['a host with a login before it', '/', 'x@a.example'],
    ['no host', '/', undefined],
    ['an empty host', '/', ''],
    ['no path', undefined, undefined],
    ['a whole address of another host', 'http://c.example/shop', 'b.example'],
    ['a whole address whose login looks like a host', 'http://a.example@c.example/', 'a.example'],
    ['everything', '*', 'a.example'],
    ['a host where a path should be', 'a.example:443', 'a.example'],
    ['a scheme of another kind', 'ftp://a.example/', 'a.example'],
    ['a broken address', 'http://[', 'a.example'],
  ])('for %s is for no front end', (_name, url, host) => {
    expect(route(url, host).base).toBeUndefined();
  });

  it('is routed by a path that begins with a slash, whatever it asks for', () => {
    const piece = fc.constantFrom(
      '/',
      '/shop',
      '/hr',
      'http://',
      'b.example',
      '%2f',
      '?',
      '#',
      '..',
      '@',
      '*',
      '\\',
      'x',
      ':',
    );
    const target = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
    );
    const host = fc.constantFrom('a.example', 'b.example', 'localhost:4000', 'c.example', undefined);
    fc.assert(
      fc.property(target, host, (url, name) => {
        expect(route(url, name).path).toMatch(/^\//);
      }),
      { numRuns: 2_000 },
    );
  });

  it('that no front end is for is answered 421', () => {
    const raw = { url: '/', headers: { host: 'c.example' } };
    frontEnds.route(raw);
    expect(() => frontEnds.of({ raw })).toThrow(Problem);
    expect(statusOf(() => frontEnds.of({ raw }))).toBe(421);
  });
});

function statusOf(ask: () => unknown): number | undefined {
  try {
    ask();
    return undefined;
  } catch (error) {
    return error instanceof Problem ? error.getStatus() : undefined;
  }
}
