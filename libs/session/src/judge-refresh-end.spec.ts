import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type IssuerProfile, issuerProfile, issuerProfileNames } from './issuer-profile.js';
import { judgeRefreshEnd, type RefreshQuestion } from './judge-refresh-end.js';
import type { RefreshEnd, RefreshOutcome } from './refresh.js';

const NOW = new Date('2026-11-22T12:00:00Z');
const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
const ASKED: RefreshQuestion = {
  ...{ tokensSince: at(-900), refreshExpiresAt: undefined, calibrated: true, grantGoneIsLogout: false },
};
const BOUND = issuerProfile('oidc-provider');
const refusedWith = (status: number, body: unknown): RefreshEnd => ({
  ...{ kind: 'refused', reason: 'r', answer: { kind: 'answered', status, body, retryAfterS: undefined } },
});
const refused = (error: string, error_description?: string) => refusedWith(400, { error, error_description });
const unavailable = (answer: RefreshOutcome, retryAfterS?: number): RefreshEnd => ({
  ...{ kind: 'unavailable', reason: 'r', retryAfterS, answer },
});
const judge = (end: RefreshEnd, asked: Partial<RefreshQuestion> = {}, profile: IssuerProfile = BOUND) =>
  judgeRefreshEnd(end, { ...ASKED, ...asked }, profile, NOW);
const tokens = { idToken: 'i', accessToken: 'a', accessExpiresAt: undefined, refreshToken: 'r' };
const refreshedUntil = (saidEnd: Date | 'unusable'): RefreshEnd => ({
  ...{ kind: 'refreshed', tokens, generation: 7, saidEnd },
});
const weak = { kind: 'ended', strength: 'weak' };
const tooMany: RefreshOutcome = { kind: 'answered', status: 429, body: undefined, retryAfterS: 30 };

describe('a refresh that asks about a session', () => {
  it.each<[name: string, end: RefreshEnd, verdict: object]>([
    ['new tokens', { kind: 'refreshed', tokens, generation: 7 }, { kind: 'active', tokenGeneration: 7 }],
    ['new tokens until then', refreshedUntil(at(1)), { kind: 'active', tokenGeneration: 7 }],
    ['new tokens until nobody knows when', refreshedUntil('unusable'), { kind: 'active', tokenGeneration: 7 }],
    ['new tokens of a session that is over', refreshedUntil(at(0)), { reason: 'past_its_end', tokenGeneration: 7 }],
    [
      'T143: tokens of another person',
      { kind: 'other_person', claim: 'sub' },
      { reason: 'mismatch', detail: 'other_sub' },
    ],
    ['T143: tokens of a later sign-in', { kind: 'discarded', reason: 'authenticated_later' }, { reason: 'mismatch' }],
    ['T143: tokens with a forged ID token', { kind: 'discarded', reason: 'id_token' }, { reason: 'mismatch' }],
    ['T141: somebody else is at it', { kind: 'not_granted' }, { reason: 'race' }],
    [
      'T141: newer tokens came meanwhile',
      { kind: 'overtaken', hasEnded: false, refreshToken: 'r' },
      { reason: 'race' },
    ],
    ['T142: no answer after it was sent', { kind: 'ambiguous', reason: 'timeout' }, { reason: 'refresh_ambiguous' }],
    ['no discovery document', { kind: 'idp_unknown', reason: 'discovery' }, { reason: 'unreachable' }],
    ['T153: one of another issuer', { kind: 'idp_unknown', reason: 'other_issuer' }, { reason: 'config' }],
    ['nobody there', unavailable({ kind: 'not_sent', reason: 'econnrefused' }), { reason: 'unreachable' }],
    ['429', unavailable(tooMany, 30), { reason: 'throttled', retryAfterS: 30 }],
    ['400 temporarily_unavailable', unavailable({ ...tooMany, status: 400 }), { reason: 'server' }],
    ['401 invalid_client', { kind: 'misconfigured', reason: 'invalid_client' }, { reason: 'config' }],
    ['400 invalid_grant', refused('invalid_grant'), weak],
    ['403 invalid_grant', refusedWith(403, { error: 'invalid_grant' }), weak],
    ['Keycloak: reuse', refused('invalid_grant', 'Maximum allowed refresh token reuse exceeded'), { reason: 'race' }],
    ['reuse, in other words', refused('invalid_grant', 'refresh token already used'), { reason: 'race' }],
    ['rotation', refused('invalid_grant', 'Token was rotated'), { reason: 'race' }],
    ['a session that is not active', refused('invalid_grant', 'Session not active'), weak],
    ['interaction_required', refused('interaction_required'), { reason: 'reauth', reauth: 'idp_asks' }],
    ['login_required', refused('login_required'), { reason: 'reauth', reauth: 'idp_asks' }],
    ['consent_required', refused('consent_required'), { reason: 'reauth', reauth: 'idp_asks' }],
    ['T144: 400 invalid_request', refused('invalid_request'), { reason: 'config' }],
    ['a word that nobody knows', refused('new_word'), { reason: 'config' }],
    ['400 with an empty body', refusedWith(400, undefined), { reason: 'config' }],
    ['an error from the prototype of objects', refused('constructor'), { reason: 'config' }],
  ])('%s', (_name, end, verdict) => {
    expect(judge(end)).toMatchObject(verdict);
  });

  it.each<[name: string, profile: Parameters<typeof issuerProfile>[0], end: RefreshEnd, verdict: object]>([
    ['lemonldap invalid_request', 'lemonldap', refused('invalid_request'), weak],
    ['generic invalid_request', 'generic', refused('invalid_request'), { reason: 'config' }],
    [
      'auth0 403 invalid_grant',
      'auth0',
      refusedWith(403, { error: 'invalid_grant' }),
      { reason: 'grant_gone', reauth: 'tokens_gone' },
    ],
    [
      'entra interaction_required',
      'entra',
      refused('interaction_required', 'AADSTS50076: use a second factor'),
      { reason: 'reauth' },
    ],
    [
      'entra, a second factor, as invalid_grant',
      'entra',
      refused('invalid_grant', 'AADSTS50076: ...'),
      { reason: 'reauth', reauth: 'idp_asks' },
    ],
    [
      'entra, revoked',
      'entra',
      refused('invalid_grant', 'AADSTS50173: The grant was revoked'),
      { reason: 'grant_gone' },
    ],
    ['okta invalid_grant', 'okta', refused('invalid_grant'), { reason: 'grant_gone', reauth: 'tokens_gone' }],
  ])('T144: %s', (_name, profile, end, verdict) => {
    expect(judge(end, {}, issuerProfile(profile))).toMatchObject(verdict);
  });

  it.each<[name: string, asked: Partial<RefreshQuestion>, verdict: object]>([
    ['59 s after another refresh', { tokensSince: at(-59) }, { reason: 'race' }],
    ['a minute after another refresh', { tokensSince: at(-60) }, weak],
    ['of a token that has run out', { refreshExpiresAt: at(-1) }, { reason: 'token_expired', reauth: 'tokens_gone' }],
    ['of a token that runs out within the skew', { refreshExpiresAt: at(60) }, { reason: 'token_expired' }],
    ['of a token that lives', { refreshExpiresAt: at(61) }, weak],
    ['where asking never worked', { calibrated: false }, { reason: 'uncalibrated' }],
  ])('T141: invalid_grant %s', (_name, asked, verdict) => {
    expect(judge(refused('invalid_grant'), asked)).toMatchObject(verdict);
  });

  it('ends a session whose tokens outlive it only where the configuration says so', () => {
    const auth0 = issuerProfile('auth0');
    expect(judge(refused('invalid_grant'), { grantGoneIsLogout: true, calibrated: false }, auth0)).toEqual(weak);
    expect(judge(refused('invalid_request'), { grantGoneIsLogout: true }, auth0)).toMatchObject({ reason: 'config' });
  });

  it('says nothing by new tokens that outlive sessions, and names the new generation', () => {
    const end = { kind: 'refreshed', tokens, generation: 3 } as const;
    expect(judge(end, {}, issuerProfile('okta'))).toEqual({ kind: 'unknown', reason: 'unbound', tokenGeneration: 3 });
  });

  it('POL-01: ends a session only by a refusal that says so, of a bound token, long after any other refresh; never strongly', () => {
    const body = fc.record({
      error: fc.constantFrom('invalid_grant', 'invalid_request', 'invalid_client', 'login_required', 'x'),
      error_description: fc.option(fc.constantFrom('reuse', 'AADSTS50173: x', 'gone'), { nil: undefined }),
    });
    const end = fc.oneof(
      fc
        .tuple(fc.integer({ min: 400, max: 499 }), fc.oneof(body, fc.anything()))
        .map(([status, it]) => refusedWith(status, it)),
      fc.constantFrom<RefreshEnd>({ kind: 'ambiguous', reason: 'x' }, { kind: 'not_granted' }, unavailable(tooMany)),
    );
    const question = fc.record({
      tokensSince: fc.integer({ min: -300, max: 10 }).map(at),
      refreshExpiresAt: fc.option(fc.integer({ min: -300, max: 300 }).map(at), { nil: undefined }),
      ...{ calibrated: fc.boolean(), grantGoneIsLogout: fc.boolean() },
    });
    const profiles = fc.constantFrom(...issuerProfileNames).map(issuerProfile);
    fc.assert(
      fc.property(end, question, profiles, (seen, asked, profile) => {
        const verdict = judge(seen, asked, profile);
        if (verdict.kind !== 'ended') return;
        expect(verdict.strength).toBe('weak');
        expect(JSON.stringify(seen)).toMatch(
          profile.name === 'lemonldap' ? /invalid_(?:grant|request)/ : /invalid_grant/,
        );
        expect(profile.tokensBound || asked.grantGoneIsLogout).toBe(true);
        expect(NOW.getTime() - asked.tokensSince.getTime()).toBeGreaterThanOrEqual(60_000);
        expect(asked.refreshExpiresAt?.getTime() ?? Infinity).toBeGreaterThan(NOW.getTime() + 60_000);
      }),
      { numRuns: 2_000 },
    );
  });
});
