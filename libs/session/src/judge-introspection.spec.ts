import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { issuerProfile, issuerProfileNames, slidesIdle } from './issuer-profile.js';
import { judgeIntrospection } from './judge-introspection.js';
import type { ProbeOutcome, ProbeTarget } from './verdict.js';

const NOW = new Date('2026-08-30T12:00:00Z');
const TARGET: ProbeTarget = { clientId: 'gateway', sub: 'ana', token: 'refresh_token', tokenExpiresAt: undefined };
const KNOWN: ProbeTarget = { ...TARGET, idpSid: 's1' };
const OURS = issuerProfile('session-sync');
const GENERIC = issuerProfile('generic');

const answered = (status: number, body?: unknown, retryAfterS?: number): ProbeOutcome => ({
  kind: 'answered',
  status,
  body,
  retryAfterS,
});
const judge = (outcome: ProbeOutcome) => judgeIntrospection(outcome, TARGET, OURS, true, NOW);
const expiringIn = (seconds: number): ProbeTarget => ({
  ...TARGET,
  tokenExpiresAt: new Date(NOW.getTime() + seconds * 1000),
});

describe('an introspection answer', () => {
  it.each([
    ['active, of our client and person', { active: true, sub: 'ana', client_id: 'gateway' }],
    ['active, without naming anyone', { active: true }],
    ['active, with members that nobody knows', { active: true, sub: 'ana', scope: 'openid', aud: ['x'] }],
  ])('is believed: %s', (_name, body) => {
    expect(judge(answered(200, body))).toEqual({ kind: 'active' });
  });

  it.each([
    [KNOWN, 's1'],
    [KNOWN, 7],
    [KNOWN, undefined],
    [TARGET, 's2'],
  ] as const)('is believed of %j where it names the session %j', (target, sid) => {
    const body = { active: true, sub: 'ana', sid };
    expect(judgeIntrospection(answered(200, body), target, OURS, true, NOW)).toEqual({ kind: 'active' });
  });

  it('T135 says weakly that the session has ended, if it is inactive', () => {
    expect(judge(answered(200, { active: false }))).toEqual({ kind: 'ended', strength: 'weak' });
    expect(judgeIntrospection(answered(200, { active: false }), expiringIn(61), OURS, true, NOW)).toEqual({
      kind: 'ended',
      strength: 'weak',
    });
  });

  it.each([
    [
      'inactive, where asking never worked',
      TARGET,
      issuerProfile('keycloak'),
      false,
      { active: false },
      'uncalibrated',
    ],
    ['inactive, of a token that has expired', expiringIn(-1), OURS, true, { active: false }, 'token_expired'],
    [
      'inactive, of a token that expires within the skew',
      expiringIn(60),
      OURS,
      true,
      { active: false },
      'token_expired',
    ],
    ['inactive, where tokens outlive sessions', TARGET, GENERIC, true, { active: false }, 'unbound'],
    ['active, where tokens outlive sessions', TARGET, GENERIC, true, { active: true }, 'unbound'],
    ['active, of another person', TARGET, OURS, true, { active: true, sub: 'ben' }, 'mismatch'],
    ['active, of another session of hers', KNOWN, OURS, true, { active: true, sub: 'ana', sid: 's2' }, 'mismatch'],
    ['active, of another client', TARGET, OURS, true, { active: true, client_id: 'shop' }, 'mismatch'],
    ['active in text', TARGET, OURS, true, { active: 'false' }, 'malformed'],
    ['inactive as 0', TARGET, OURS, true, { active: 0 }, 'malformed'],
    ['inactive as null', TARGET, OURS, true, { active: null }, 'malformed'],
    ['active, of a person that is a number', TARGET, OURS, true, { active: true, sub: 5 }, 'malformed'],
    ['without active', TARGET, OURS, true, { sub: 'ana' }, 'malformed'],
    ['of an empty object', TARGET, OURS, true, {}, 'malformed'],
    ['of a list', TARGET, OURS, true, [{ active: false }], 'malformed'],
    ['of null', TARGET, OURS, true, null, 'malformed'],
    ['of a page in place of JSON', TARGET, OURS, true, undefined, 'malformed'],
    ['of false itself', TARGET, OURS, true, false, 'malformed'],
  ])('says nothing: %s', (_name, target, profile, calibrated, body, reason) => {
    expect(judgeIntrospection(answered(200, body), target, profile, calibrated, NOW)).toMatchObject({
      kind: 'unknown',
      reason,
    });
  });

  it.each([
    ['T130 500', answered(500), 'server'],
    ['T130 502 with a page', answered(502, undefined), 'server'],
    ['T130 504', answered(504), 'server'],
    ['T130 503 that says inactive', answered(503, { active: false }), 'server'],
    ['408', answered(408), 'server'],
    ['425', answered(425), 'server'],
    ['429', answered(429), 'throttled'],
    ['T132 401 invalid_client', answered(401, { error: 'invalid_client' }), 'config'],
    ['400 unauthorized_client', answered(400, { error: 'unauthorized_client' }), 'config'],
    ['400 unsupported_grant_type', answered(400, { error: 'unsupported_grant_type' }), 'config'],
    ['400 invalid_scope', answered(400, { error: 'invalid_scope' }), 'config'],
    ['T144 400 invalid_request', answered(400, { error: 'invalid_request' }), 'config'],
    ['T144 403 invalid_grant', answered(403, { error: 'invalid_grant' }), 'config'],
    ['400 with an empty body', answered(400), 'config'],
    ['401 that says inactive', answered(401, { active: false }), 'config'],
    ['403', answered(403), 'config'],
    ['T133 404', answered(404), 'endpoint'],
    ['T133 404 that says inactive', answered(404, { active: false }), 'endpoint'],
    ['405', answered(405), 'endpoint'],
    ['410', answered(410), 'endpoint'],
    ['404 of our own fault', answered(404, { error: 'invalid_client' }), 'config'],
    ['T133 301', answered(301), 'redirect'],
    ['302 that says inactive', answered(302, { active: false }), 'redirect'],
    ['204', answered(204), 'malformed'],
    ['201 that says inactive', answered(201, { active: false }), 'malformed'],
    ['418', answered(418), 'malformed'],
  ])('says nothing with status %s', (_name, outcome, reason) => {
    expect(judge(outcome)).toMatchObject({ kind: 'unknown', reason });
  });

  it('POL-07: a token that has run out, or may have at any time, asks for a sign-in and says nothing else', () => {
    const ofAccess = { ...TARGET, token: 'access_token' } as const;
    for (const target of [expiringIn(-1), { ...expiringIn(30), token: 'access_token' } as const, ofAccess])
      expect(judgeIntrospection(answered(200, { active: false }), target, OURS, true, NOW)).toEqual({
        ...{ kind: 'unknown', reason: 'token_expired', reauth: 'tokens_gone' },
      });
  });

  it.each([429, 503])('T130 keeps what the IdP asked for with status %d', (status) => {
    expect(judge(answered(status, undefined, 120))).toMatchObject({ kind: 'unknown', retryAfterS: 120 });
  });

  it.each(['timeout', 'connect', 'tls', 'econnreset', 'enotfound'])(
    'T130 says nothing when there is none: %s',
    (reason) => {
      expect(judge({ kind: 'unreachable', reason })).toMatchObject({ kind: 'unknown', reason: 'unreachable' });
    },
  );

  it('ends a session only by 200 and active false about a live, bound token, where asking works; and never strongly', () => {
    const body = fc.oneof(fc.anything(), fc.record({ active: fc.oneof(fc.boolean(), fc.anything()) }));
    const outcome = fc.record({
      kind: fc.constant('answered' as const),
      status: fc.oneof(fc.constantFrom(200, 400, 401, 404, 500), fc.integer({ min: 100, max: 599 })),
      body,
      retryAfterS: fc.option(fc.nat(), { nil: undefined }),
    });
    const target = fc.oneof(fc.constant(TARGET), fc.integer({ min: -3600, max: 3600 }).map(expiringIn));
    const profile = fc.constantFrom(...issuerProfileNames).map(issuerProfile);
    fc.assert(
      fc.property(outcome, target, profile, fc.boolean(), (seen, asked, known, calibrated) => {
        const verdict = judgeIntrospection(seen, asked, known, calibrated, NOW);
        if (verdict.kind !== 'ended') return;
        expect(verdict.strength).toBe('weak');
        expect(seen).toMatchObject({ status: 200, body: { active: false } });
        expect((calibrated || !known.needsCalibration) && known.tokensBound).toBe(true);
        expect(asked.tokenExpiresAt?.getTime() ?? Infinity).toBeGreaterThan(NOW.getTime() + 60_000);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('an issuer profile', () => {
  it.each(issuerProfileNames)('%s is never asked more often than once a minute, and bears its own name', (name) => {
    expect(issuerProfile(name).name).toBe(name);
    expect(issuerProfile(name).minIntervalS).toBeGreaterThanOrEqual(60);
  });

  it('of an unknown kind of IdP is not asked at all', () => {
    expect(GENERIC).toMatchObject({ probe: 'none', tokensBound: false });
  });

  it('is asked only in ways that do not keep a session alive', () => {
    for (const name of issuerProfileNames)
      expect(slidesIdle(issuerProfile(name), issuerProfile(name).probe)).toBe(false);
  });
});
