import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readAnswer } from './answer.js';

const claims = (...pairs: readonly (readonly [unknown, unknown])[]) => pairs.map(([type, value]) => ({ type, value }));
const problem = (name: string, more: object = {}) => ({ type: `urn:sso:problem:${name}`, ...more });

describe("an answer of the gateway's", () => {
  it.each([
    ['claims', 200, claims(['sub', 'ana'], ['sid', 's1']), { kind: 'in', user: { sub: 'ana', sid: 's1' } }],
    ['nobody', 401, problem('not-signed-in'), { kind: 'out' }],
    [
      'nobody, and a cool-down',
      401,
      problem('not-signed-in', { silentRetryAfterS: 9 }),
      { kind: 'out', retryAfterS: 9 },
    ],
    ['an end', 401, problem('session-ended', { reason: 'expired' }), { kind: 'out', reason: 'expired' }],
    ['an end for no reason', 401, problem('session-ended', { reason: 7 }), { kind: 'out', reason: 'ended' }],
    ['sleep', 401, problem('idp-check-needed', { reason: 'asleep' }), { kind: 'unconfirmed' }],
    ['a doubt', 401, problem('sign-in-needed', { reason: 'held' }), { kind: 'unconfirmed' }],
  ])('%s', (_, status, body, answer) => {
    expect(readAnswer(status, body)).toEqual(answer);
  });

  it.each([
    ['no JSON', 200, undefined],
    ['no claims', 200, {}],
    ['claims without a session', 200, claims(['sub', 'ana'])],
    ['claims without a person', 200, claims(['sid', 's1'])],
    ['an empty session', 200, claims(['sub', 'ana'], ['sid', ''])],
    ['a session that is a number', 200, claims(['sub', 'ana'], ['sid', 1])],
    ['claims in a redirect', 302, claims(['sub', 'ana'], ['sid', 's1'])],
    ['a 401 of somebody else', 401, { type: 'about:blank' }],
    ['a 401 without JSON', 401, undefined],
    ['a type that is inherited', 401, Object.create(problem('not-signed-in'))],
    ['another problem of ours', 401, problem('csrf-header-missing')],
    ['the same words with another status', 403, problem('not-signed-in')],
    ['trouble', 503, problem('unavailable')],
    ['no network', 0, undefined],
  ])('%s teaches nothing', (_, status, body) => {
    expect(readAnswer(status, body)).toBeUndefined();
  });

  it('never throws, and never signs anybody out but by a 401 of its own words', () => {
    const body = fc.oneof(fc.jsonValue(), fc.record({ type: fc.constantFrom('urn:sso:problem:session-ended', 'x') }));
    fc.assert(
      fc.property(fc.constantFrom(0, 200, 204, 302, 401, 403, 429, 500, 503), body, (status, given) => {
        const answer = readAnswer(status, given);
        if (answer?.kind === 'out') expect(status).toBe(401);
        if (answer?.kind === 'in') expect(status).toBe(200);
      }),
    );
  });

  it('T188: a claim by the name of a prototype is a claim, and pollutes nothing', () => {
    const answer = readAnswer(200, claims(['sub', 'ana'], ['sid', 's1'], ['__proto__', { isAdmin: true }]));
    expect(answer).toMatchObject({ kind: 'in' });
    expect((answer as { user: { isAdmin?: unknown } }).user.isAdmin).toBeUndefined();
    expect(({} as { isAdmin?: unknown }).isAdmin).toBeUndefined();
  });
});
