import { describe, expect, it } from '@jest/globals';
import { RememberedAccounts, type SignedCookies } from './remembered-accounts.js';

/** A browser's cookies without their signatures, which are the engine's. */
class Jar implements SignedCookies {
  readonly values = new Map<string, string>();
  lastOptions: Readonly<Record<string, unknown>> = {};

  get(name: string): string | undefined {
    return this.values.get(name);
  }

  set(name: string, value: string | null, options: Readonly<Record<string, unknown>>): void {
    this.lastOptions = options;
    if (value === null) this.values.delete(name);
    else this.values.set(name, value);
  }
}

const people = new RememberedAccounts('accounts', { httpOnly: true }, 60);

describe('the people whom a browser remembers', () => {
  it('are those who signed in, the newest first and each once, for as long as a session', () => {
    const jar = new Jar();
    for (const sub of ['ana', 'ben', 'ana']) people.remember(jar, sub);
    expect(people.of(jar)).toEqual(['ana', 'ben']);
    expect(jar.lastOptions).toEqual({ httpOnly: true, maxAge: 60_000 });
  });

  it('are five at most', () => {
    const jar = new Jar();
    for (const sub of ['a', 'b', 'c', 'd', 'e', 'f']) people.remember(jar, sub);
    expect(people.of(jar)).toEqual(['f', 'e', 'd', 'c', 'b']);
  });

  it('are forgotten when they sign out, and with the last one the cookie is gone', () => {
    const jar = new Jar();
    for (const sub of ['ana', 'ben']) people.remember(jar, sub);
    people.forget(jar, 'ana');
    people.forget(jar, 'nobody');
    expect(people.of(jar)).toEqual(['ben']);
    people.forget(jar, 'ben');
    expect(jar.values.size).toBe(0);
  });

  it.each(['', '%%%', 'e30', Buffer.from('["a","b","c","d","e","f"]').toString('base64url')])(
    'are nobody when the cookie says %j',
    (value) => {
      const jar = new Jar();
      jar.values.set('accounts', value);
      expect(people.of(jar)).toEqual([]);
    },
  );
});
