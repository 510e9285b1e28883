import { describe, expect, it } from '@jest/globals';
import { withDouble, withoutDoubles } from './plain-http-cookies.js';

describe('the double of a cookie', () => {
  it.each([
    [
      'a=1; path=/; secure; httponly; samesite=none',
      ['a.framed=1; path=/; secure; httponly; samesite=none', 'a=1; path=/; httponly; SameSite=Lax'],
    ],
    [
      'a=x=y==; Max-Age=5; SameSite=None; Secure',
      ['a.framed=x=y==; Max-Age=5; SameSite=None; Secure', 'a=x=y==; Max-Age=5; SameSite=Lax'],
    ],
    [
      'a=; Path=/b; Max-Age=0; Secure',
      ['a.framed=; Path=/b; Max-Age=0; Secure', 'a=; Path=/b; Max-Age=0; SameSite=Lax'],
    ],
    ['a=secure; Path=/; SameSite=Lax', ['a=secure; Path=/; SameSite=Lax']],
  ])('goes beside it: %j is sent as %j', (line, sent) => {
    expect(withDouble(line)).toEqual(sent);
  });

  it.each([
    ['a=1', 'a=1'],
    ['a.framed=1', 'a=1'],
    ['a=2; b=3; a.framed=1', 'b=3; a=1'],
    ['a.sig.framed=s; a.framed=x=y', 'a.sig=s; a=x=y'],
    ['a.framed=1;a.framed=2', 'a=1; a=2'],
    ['a.framed=; a=1', 'a='],
    ['novalue; a=1', 'novalue; a=1'],
    ['', ''],
  ])('stands for the cookie where it comes alone: %j is read as %j', (header, read) => {
    expect(withoutDoubles(header)).toBe(read);
  });
});
