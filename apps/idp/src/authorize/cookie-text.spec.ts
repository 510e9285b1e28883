import { describe, expect, it } from '@jest/globals';
import { cookiesNamed, hostCookie, pathCookie, setCookie } from './cookie-text.js';

describe('a cookie', () => {
  it.each([
    [undefined, []],
    ['', []],
    ['a=1', ['1']],
    ['b=2; a=1; c=3', ['1']],
    ['a=1;a=2', ['1', '2']],
    ['aa=1; a=', ['']],
    ['a=x=y', ['x=y']],
  ])('is read from %j as it stands there', (header, values) => {
    expect(cookiesNamed('a', header)).toEqual(values);
  });

  it.each([
    [{ sameSite: 'lax', secure: false }, 'a=1; Path=/; SameSite=Lax'],
    [{ sameSite: 'none', secure: true, maxAgeS: 0 }, 'a=1; Path=/; Max-Age=0; SameSite=None; Secure'],
    [
      { sameSite: 'lax', secure: true, path: '/b', maxAgeS: 60, httpOnly: true },
      'a=1; Path=/b; Max-Age=60; HttpOnly; SameSite=Lax; Secure',
    ],
  ] as const)('is set with %j', (attributes, text) => {
    expect(setCookie('a', '1', attributes)).toBe(text);
  });

  it('has a prefix on https alone', () => {
    expect([hostCookie('a', true), hostCookie('a', false)]).toEqual(['__Host-a', 'a']);
    expect([pathCookie('a', true), pathCookie('a', false)]).toEqual(['__Secure-a', 'a']);
  });
});
