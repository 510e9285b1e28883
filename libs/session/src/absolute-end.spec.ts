import { describe, expect, it } from '@jest/globals';
import { absoluteEnd, ceilingOfRefresh } from './absolute-end.js';

const now = new Date('2026-11-22T12:00:00Z');
const at = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
const minutes = (n: number) => n * 60_000;
const none = { saidEnd: undefined, authTime: undefined, lifetimeMs: undefined };

describe('the absolute end of a session', () => {
  it.each([
    ['the front end alone limits', { ttlMs: minutes(60), ...none }, at(60), undefined],
    ['the IdP says that it ends sooner', { ttlMs: minutes(60), ...none, saidEnd: at(20) }, at(20), at(20)],
    ['the IdP says that it ends later', { ttlMs: minutes(60), ...none, saidEnd: at(90) }, at(60), at(90)],
    ['the IdP says that it has ended', { ttlMs: minutes(60), ...none, saidEnd: at(-1) }, at(-1), at(-1)],
    [
      'its lifetime counts from the authentication',
      { ttlMs: minutes(60), saidEnd: undefined, authTime: at(-30), lifetimeMs: minutes(45) },
      ...[at(15), at(15)],
    ],
    [
      'the earlier of both counts',
      { ttlMs: minutes(60), saidEnd: at(10), authTime: at(-30), lifetimeMs: minutes(45) },
      ...[at(10), at(10)],
    ],
    [
      'a lifetime without an authentication time is no limit',
      { ttlMs: minutes(60), ...none, lifetimeMs: minutes(5) },
      ...[at(60), undefined],
    ],
  ] as const)('%s', (_name, limits, end, ceiling) => {
    expect(absoluteEnd(limits, now)).toEqual({ at: end, ceiling, isContradicted: false });
  });

  it('a configured lifetime that is over is contradicted by a sign-in: nobody is locked out by it', () => {
    const limits = { ttlMs: minutes(60), saidEnd: undefined, authTime: at(-50), lifetimeMs: minutes(45) };
    expect(absoluteEnd(limits, now)).toEqual({ at: at(60), ceiling: undefined, isContradicted: true });
  });
});

describe('the end that a refreshed ID token sets', () => {
  it.each([
    ['none where it says nothing', undefined, undefined],
    ['none where it says what is no time', 'unusable', undefined],
    ['the one that it says', at(20), at(20)],
    ['this moment, where it says this moment', now, now],
    ['this moment, where what it says has passed', at(-60), now],
  ] as const)('is %s', (_name, saidEnd, ceiling) => {
    expect(ceilingOfRefresh(saidEnd, now)).toEqual(ceiling);
  });
});
