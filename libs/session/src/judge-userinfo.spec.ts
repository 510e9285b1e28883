import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { issuerProfile, issuerProfileNames } from './issuer-profile.js';
import { judgeUserinfo } from './judge-userinfo.js';
import type { ProbeOutcome } from './verdict.js';

const NOW = new Date('2026-11-22T12:00:00Z');
const expiringIn = (seconds: number) => ({ sub: 'ana', tokenExpiresAt: new Date(NOW.getTime() + seconds * 1000) });
const LIVE = expiringIn(300);
const BOUND = issuerProfile('oidc-provider');
const INVALID = 'Bearer realm="idp", error="invalid_token", error_description="expired, or revoked"';

const answered = (status: number, body?: unknown, challenge?: string): ProbeOutcome => ({
  ...{ kind: 'answered', status, body, retryAfterS: undefined, challenge },
});
const judge = (outcome: ProbeOutcome, target: Parameters<typeof judgeUserinfo>[1] = LIVE, calibrated = true) =>
  judgeUserinfo(outcome, target, BOUND, calibrated, NOW);

describe('a UserInfo answer', () => {
  it.each<[name: string, outcome: ProbeOutcome, verdict: object]>([
    ['200, the same person', answered(200, { sub: 'ana', name: 'Ana' }), { kind: 'active' }],
    ['200, another person', answered(200, { sub: 'eve' }), { reason: 'mismatch' }],
    ['200 without a person', answered(200, { name: 'Ana' }), { reason: 'malformed' }],
    ['200 with a page', answered(200, undefined), { reason: 'malformed' }],
    ['200 with a number for a person', answered(200, { sub: 5 }), { reason: 'malformed' }],
    ['401, invalid_token', answered(401, undefined, INVALID), { kind: 'ended', strength: 'weak' }],
    ['the same in a small-letter scheme', answered(401, {}, 'bearer error=invalid_token'), { kind: 'ended' }],
    [
      'the same beside another scheme',
      answered(401, {}, 'Basic realm="x", Bearer error="invalid_token"'),
      { kind: 'ended' },
    ],
    ['T145: 401 without a challenge', answered(401), { reason: 'config' }],
    [
      'T145: 401 without a challenge that says it in its body',
      answered(401, { error: 'invalid_token' }),
      { reason: 'config' },
    ],
    ['T145: 401 with a malformed challenge', answered(401, {}, 'Bearer error="invalid_token'), { reason: 'config' }],
    ['T145: 401 with the words in no parameter', answered(401, {}, 'Bearer invalid_token'), { reason: 'config' }],
    [
      'T145: 401 with the words inside another',
      answered(401, {}, 'Bearer x="error=invalid_token"'),
      { reason: 'config' },
    ],
    ['401 with the words of another scheme', answered(401, {}, 'DPoP error="invalid_token"'), { reason: 'config' }],
    ['401 with a challenge twice', answered(401, {}, `${INVALID}, ${INVALID}`), { reason: 'config' }],
    ['401 with another error', answered(401, {}, 'Bearer error="invalid_request"'), { reason: 'config' }],
    ['401 that is about the client', answered(401, { error: 'invalid_client' }, INVALID), { reason: 'config' }],
    ['T145: 403', answered(403, undefined, INVALID), { reason: 'config' }],
    ['403 insufficient_scope', answered(403, {}, 'Bearer error="insufficient_scope"'), { reason: 'config' }],
    ['400 with the challenge', answered(400, {}, INVALID), { reason: 'config' }],
    ['404', answered(404), { reason: 'endpoint' }],
    ['500 with the challenge', answered(500, {}, INVALID), { reason: 'server' }],
    ['302', answered(302), { reason: 'redirect' }],
    ['nothing', { kind: 'unreachable', reason: 'timeout' }, { reason: 'unreachable' }],
  ])('%s', (_name, outcome, verdict) => {
    expect(judge(outcome)).toMatchObject(verdict);
  });

  it.each<[name: string, target: Parameters<typeof judgeUserinfo>[1]]>([
    ['has expired', expiringIn(-1)],
    ['expires within the skew', expiringIn(60)],
    ['expires nobody knows when', { sub: 'ana', tokenExpiresAt: undefined }],
  ])('T145: 401 about a token that %s says nothing; a sign-in does', (_name, target) => {
    expect(judge(answered(401, {}, INVALID), target)).toEqual({
      ...{ kind: 'unknown', reason: 'token_expired', reauth: 'tokens_gone' },
    });
  });

  it('of tokens that outlive sessions says nothing', () => {
    const generic = issuerProfile('generic');
    for (const outcome of [answered(200, { sub: 'ana' }), answered(401, {}, INVALID)])
      expect(judgeUserinfo(outcome, LIVE, generic, true, NOW)).toEqual({ kind: 'unknown', reason: 'unbound' });
  });

  it('of a way to ask that never worked says no end', () => {
    expect(judge(answered(401, {}, INVALID), LIVE, false)).toEqual({ kind: 'unknown', reason: 'uncalibrated' });
  });

  it('POL-01: ends a session only by 401 and the challenge, about a live, bound token, where asking works; never strongly', () => {
    const challenge = fc.oneof(fc.constantFrom(INVALID, 'Bearer', 'Bearer error=invalid_token'), fc.string());
    const outcome = fc.record({
      kind: fc.constant('answered' as const),
      status: fc.oneof(fc.constantFrom(200, 401, 403), fc.integer({ min: 100, max: 599 })),
      body: fc.oneof(fc.constant(undefined), fc.anything()),
      retryAfterS: fc.constant(undefined),
      challenge: fc.option(challenge, { nil: undefined }),
    });
    const profile = fc.constantFrom(...issuerProfileNames).map(issuerProfile);
    const seconds = fc.integer({ min: -600, max: 600 });
    fc.assert(
      fc.property(outcome, seconds, profile, fc.boolean(), (seen, leftS, known, calibrated) => {
        const verdict = judgeUserinfo(seen, expiringIn(leftS), known, calibrated, NOW);
        if (verdict.kind !== 'ended') return;
        expect(verdict.strength).toBe('weak');
        expect(seen.status).toBe(401);
        expect(seen.challenge).toMatch(/Bearer.*error="?invalid_token/i);
        expect(leftS).toBeGreaterThan(60);
        expect(known.tokensBound && (calibrated || !known.needsCalibration)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
