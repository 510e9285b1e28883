import { describe, expect, it } from '@jest/globals';
import { doubleOf, withoutDoubles } from './plain-http-cookies.js';

describe('the double of a cookie', () => {
  it.each([
    ['a=1; path=/; secure; httponly; samesite=none', ['a.plain=1; path=/; httponly; SameSite=Lax']],
    ['a=x=y==; Max-Age=5; SameSite=None; Secure', ['a.plain=x=y==; Max-Age=5; SameSite=Lax']],
    ['a=; Path=/b; Max-Age=0; Secure', ['a.plain=; Path=/b; Max-Age=0; SameSite=Lax']],
    ['a=secure; Path=/; SameSite=Lax', []],
  ])('of %j is %j', (line, double) => {
    expect(doubleOf(line)).toEqual(double);
  });

  it.each([
    ['a=1', 'a=1'],
    ['a.plain=1', 'a=1'],
    ['a.plain=2; b=3; a=1', 'b=3; a=1'],
    ['a.sig.plain=s; a.plain=x=y', 'a.sig=s; a=x=y'],
    ['a.plain=1;a.plain=2', 'a=1; a=2'],
    ['a=; a.plain=1', 'a='],
    ['novalue; a.plain=1', 'novalue; a=1'],
    ['', ''],
  ])('stands for the cookie where it comes alone: %j is read as %j', (header, read) => {
    expect(withoutDoubles(header)).toBe(read);
  });
});
