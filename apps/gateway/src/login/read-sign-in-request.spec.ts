import { describe, expect, it } from '@jest/globals';
import type { FrontEnd } from '../front-ends/front-end.js';
import { readSignInRequest } from './read-sign-in-request.js';

const SITE = { origin: 'https://a.example.com', path: '', embedding: new Set(['https://a.example.com']) };

const read = (query: object, settings: Partial<FrontEnd> = {}, route: 'login' | 'silent-login' = 'login') =>
  readSignInRequest({ query }, { ...SITE, ...settings } as FrontEnd, route);

describe('what a sign-in asks for', () => {
  it.each([
    ['/bff/silent-login', 'silent-login', {}, 'silent-iframe'],
    ['/bff/login?prompt=none', 'login', { prompt: 'none' }, 'silent-top'],
  ] as const)('is prompt=none and without the front end’s max_age at %s', (_address, route, query, flow) => {
    expect(read(query, { maxAgeS: 300 }, route)).toMatchObject({ flow, prompt: 'none', maxAgeS: undefined });
  });

  it.each([
    ['the front end’s where nothing is asked', undefined, 300, 300],
    ['what is asked where the front end demands nothing', '60', undefined, 60],
    ['the stricter of both', '60', 300, 60],
    ['never weaker than the front end’s', '900', 300, 300],
  ])('has for max_age %s', (_rule, max_age, maxAgeS, expected) => {
    expect(read({ max_age }, { maxAgeS }).maxAgeS).toBe(expected);
  });

  it.each([
    ['the front end’s where nothing is asked', undefined, ['a', 'b'], ['a', 'b']],
    ['what is asked where the front end demands nothing', 'c', undefined, ['c']],
    ['those of the front end that are asked for', 'b c', ['a', 'b'], ['b']],
  ])('has for acr %s', (_rule, acr_values, acrValues, expected) => {
    expect(read({ acr_values }, { acrValues }).acrValues).toEqual(expected);
  });

  it('may not ask for an acr that the front end does not take', () => {
    expect(() => read({ acr_values: 'c' }, { acrValues: ['a', 'b'] })).toThrow(
      expect.objectContaining({ body: expect.objectContaining({ type: 'urn:sso:problem:bad-parameter' }) as unknown }),
    );
  });
});
