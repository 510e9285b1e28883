import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { safeReturnUrl } from './return-url.js';

const ORIGIN = 'https://app.example.com';

describe('GW-14 the address to return to after signing in', () => {
  it.each([
    ['/', '/'],
    ['/notes', '/notes'],
    ['/notes?page=2&q=a%20b#top', '/notes?page=2&q=a%20b#top'],
    ['/a@evil.example', '/a@evil.example'],
    ['/notes?next=https://evil.example', '/notes?next=https://evil.example'],
    ['/a/../notes', '/notes'],
    ['/a//b', '/a//b'],
    ['/Grüße', '/Gr%C3%BC%C3%9Fe'],
    ['/bffs', '/bffs'],
    ['/notes?next=/bff/login', '/notes?next=/bff/login'],
    ['/100%25', '/100%25'],
  ])('keeps %s', (wanted, kept) => {
    expect(safeReturnUrl(wanted, ORIGIN)).toBe(kept);
  });

  it.each([
    ['nothing', undefined],
    ['an empty text', ''],
    ['another origin', 'https://evil.example'],
    ['our own origin spelt out', `${ORIGIN}/notes`],
    ['a host without scheme', '//evil.example'],
    ['a host behind three slashes', '///evil.example'],
    ['a backslash for the second slash', '/\\evil.example'],
    ['two backslashes', '\\\\evil.example'],
    ['an encoded second slash', '/%2f/evil.example'],
    ['an encoded second slash in capitals', '/%2F/evil.example'],
    ['an encoded backslash', '/%5cevil.example'],
    ['a tab between the slashes', '/\t/evil.example'],
    ['a line break between the slashes', '/\n/evil.example'],
    ['a host behind dots', '/..//evil.example'],
    ['a host behind one dot', '/.//evil.example'],
    ['a host behind an encoded dot', '/%2e//evil.example'],
    ['a host behind a folder that is left again', '/a/..//evil.example'],
    ['an encoded slash behind dots', '/../%2fevil.example'],
    ['a script', 'javascript:alert(1)'],
    ['data', 'data:text/html,hello'],
    ['a header', '/a\r\nset-cookie: a=b'],
    ['a NUL', '/a\u0000'],
    ['a path without slash', 'notes'],
    ['a space before the slash', ' /notes'],
    ['9 KB', `/${'a'.repeat(9_216)}`],
    ['one of our own endpoints', '/bff/logout?sid=1'],
    ['one of our own endpoints behind dots', '/a/../bff/login'],
    ['one of our own endpoints below a prefix', '/shop/bff/login'],
    ['one of our own endpoints, encoded', '/%62ff/login'],
    ['one of our own endpoints, encoded slash and all', '/shop%2fbff%2flogin'],
    ['an encoding that is none', '/%zz'],
  ])('T080 is / in place of %s', (_name, wanted) => {
    expect(safeReturnUrl(wanted, ORIGIN)).toBe('/');
  });

  it('goes home where nothing good is named', () => {
    expect(safeReturnUrl(undefined, ORIGIN, '/shop/')).toBe('/shop/');
    expect(safeReturnUrl('//evil.example', ORIGIN, '/shop/')).toBe('/shop/');
    expect(safeReturnUrl('/hr/', ORIGIN, '/shop/')).toBe('/hr/');
  });

  it('T080 never leaves the origin, whatever is asked for', () => {
    const pieces = [
      '/',
      '\\',
      '.',
      '..',
      '%2e',
      '%2f',
      '%5c',
      '\t',
      '\n',
      ' ',
      '@',
      ':',
      '?',
      '#',
      'a',
      'bff',
      '[',
      'é',
    ];
    const hostile = fc.string({ unit: fc.constantFrom(...pieces), maxLength: 12 });
    const wanted = fc.oneof(
      fc.string({ unit: 'binary' }),
      hostile,
      hostile.map((text) => `/${text}`),
    );
    fc.assert(
      fc.property(wanted, (text) => {
        const path = safeReturnUrl(text, ORIGIN);
        const url = new URL(path, ORIGIN);
        const stays = /^\/(?![/\\])[!-~]*$/.test(path) && url.href === `${ORIGIN}${path}`;
        return stays && safeReturnUrl(path, ORIGIN) === path;
      }),
      { numRuns: 3_000 },
    );
  });
});
