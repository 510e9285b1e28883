import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createCheck, type Surroundings } from './check.js';

describe('a look at a place where there is no gateway', () => {
  let status: number;
  let warn: jest.SpiedFunction<typeof console.warn>;
  const set = jest.fn();
  beforeEach(() => {
    warn = jest.spyOn(console, 'warn').mockReturnValue();
    jest.spyOn(globalThis, 'fetch').mockImplementation(() => Promise.resolve(new Response('nothing', { status })));
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });
  const lookTwice = async () => {
    const store = { known: () => undefined, view: { status: 'unknown' }, set, asksAt: () => 1 };
    const check = createCheck({
      ...{ base: '/shop', timeoutMs: 1_000, silent: true, redirect: true, signal: new AbortController().signal },
      ...{ store, tell: () => undefined, isLeaving: () => false, toldSilent: () => undefined },
    } as unknown as Surroundings);
    return [await check('asked'), await check('return')];
  };

  it('says once what to do, and nobody is signed out by it', async () => {
    status = 404;
    expect(await lookTwice()).toEqual(['unavailable', 'unavailable']);
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/\/shop\/bff\/user is 404.*createDirectSession/)]]);
    expect(set).not.toHaveBeenCalled();
  });

  it.each([500, 503])('says nothing where there is one in trouble: %i', async (trouble) => {
    status = trouble;
    expect(await lookTwice()).toEqual(['unavailable', 'unavailable']);
    expect(warn).not.toHaveBeenCalled();
  });
});
