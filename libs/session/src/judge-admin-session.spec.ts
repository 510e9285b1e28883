import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type AdminApiTemplate, adminApiPath, adminApiTemplates, plainAdminApi } from './admin-api-template.js';
import {
  type AdminFinding,
  type AdminOutcome,
  type AdminTarget,
  judgeAdminSession,
  judgeNotFound,
} from './judge-admin-session.js';
import type { ProbeOutcome } from './verdict.js';

const NOW = new Date('2026-11-22T12:00:00Z');
const ANA: AdminTarget = { sub: 'ana', idpSid: 's1' };
const { keycloak, auth0, okta } = adminApiTemplates;
const paged: AdminApiTemplate = {
  ...plainAdminApi,
  ...{ path: '/people/{sub}/sessions', answer: 'list', sessions: 'page.items', id: 'key', user: 'owner.id' },
  ...{ next: 'page.next', expires: ['ends'] },
};
const bySri: AdminApiTemplate = {
  ...plainAdminApi,
  path: '/sessions/{sid}',
  found: { member: 'status', equals: ['HAS_VALID_SESSIONS'] },
  notFound: { status: 200, member: 'status', equals: ['SESSION_REVOKED', 'NO_VALID_SESSIONS'] },
};
const revocations: AdminApiTemplate = {
  ...plainAdminApi,
  ...{ path: '/revoked/{sid}', id: 'id', foundMeans: 'ended' },
  notFound: { status: 404, member: 'error', equals: ['unknown'] },
};

const answered = (status: number, body?: unknown, retryAfterS?: number): ProbeOutcome => ({
  kind: 'answered',
  status,
  body,
  retryAfterS,
});
const asked = (answer: ProbeOutcome, hasMore = false): AdminOutcome => ({
  kind: 'asked',
  answer,
  hasMore,
  tokenNumber: 1,
});
const judge = (template: AdminApiTemplate, answer: ProbeOutcome, target = ANA, calibrated = true): AdminFinding =>
  judgeAdminSession(asked(answer), target, template, calibrated, NOW);
const unknown = (reason: string) => ({ kind: 'unknown', reason });
const ACTIVE = { kind: 'active' };
const WEAK = { kind: 'ended', strength: 'weak' };
const NOT_FOUND = { kind: 'not_found' };
const NOBODY: AdminTarget = { sub: 'ana', idpSid: undefined };

const PAST = '2026-11-22T11:59:59Z';
const FUTURE = '2026-11-22T12:00:01Z';
const ofKeycloak = (id: string, userId = 'ana') => ({ id, userId, lastAccess: 1, clients: {} });
const ofAuth0 = (more: object = {}) => ({ id: 's1', user_id: 'ana', expires_at: FUTURE, ...more });
const ofOkta = (more: object = {}) => ({ id: 's1', userId: 'ana', status: 'ACTIVE', expiresAt: FUTURE, ...more });

describe('protocol §3.1 D: what an API of sessions answers', () => {
  it.each<[string, AdminApiTemplate, ProbeOutcome, object]>([
    ['Keycloak: the list has it', keycloak, answered(200, [ofKeycloak('s0'), ofKeycloak('s1')]), ACTIVE],
    ['Keycloak: the list has others of hers', keycloak, answered(200, [ofKeycloak('s0')]), WEAK],
    ['Keycloak: the list is empty', keycloak, answered(200, []), WEAK],
    ['Keycloak: the list is of somebody else', keycloak, answered(200, [ofKeycloak('s1', 'ben')]), unknown('mismatch')],
    [
      'Keycloak: one of the list is somebody else’s',
      keycloak,
      answered(200, [ofKeycloak('s1'), ofKeycloak('s2', 'ben')]),
      unknown('mismatch'),
    ],
    ['Keycloak: an object in place of a list', keycloak, answered(200, ofKeycloak('s1')), unknown('malformed')],
    ['Keycloak: a list of ids', keycloak, answered(200, ['s1']), unknown('malformed')],
    ['Keycloak: a session without user', keycloak, answered(200, [{ id: 's1' }]), unknown('malformed')],
    ['Keycloak: a session without id', keycloak, answered(200, [{ userId: 'ana' }]), unknown('malformed')],
    ['Keycloak: the person is gone', keycloak, answered(404, { error: 'User not found' }), NOT_FOUND],
    ['Keycloak: the realm is gone', keycloak, answered(404, { error: 'Realm not found.' }), unknown('endpoint')],
    ['Keycloak: 403', keycloak, answered(403, { error: 'HTTP 403 Forbidden' }), unknown('config')],
    ['Auth0: there', auth0, answered(200, ofAuth0()), ACTIVE],
    ['Auth0: there, without ends', auth0, answered(200, ofAuth0({ expires_at: null })), ACTIVE],
    ['Auth0: another person’s', auth0, answered(200, ofAuth0({ user_id: 'ben' })), unknown('mismatch')],
    ['Auth0: another session', auth0, answered(200, ofAuth0({ id: 's2' })), unknown('mismatch')],
    ['Auth0: past its end', auth0, answered(200, ofAuth0({ expires_at: PAST })), unknown('past_its_end')],
    ['Auth0: idle for too long', auth0, answered(200, ofAuth0({ idle_expires_at: PAST })), unknown('past_its_end')],
    ['Auth0: an end that is no time', auth0, answered(200, ofAuth0({ expires_at: 'soon' })), unknown('malformed')],
    ['Auth0: a user that is a number', auth0, answered(200, ofAuth0({ user_id: 7 })), unknown('malformed')],
    ['Auth0: gone', auth0, answered(404, { statusCode: 404, error: 'Not Found', message: 'x' }), NOT_FOUND],
    ['Auth0: 403', auth0, answered(403, { error: 'Forbidden', errorCode: 'insufficient_scope' }), unknown('config')],
    ['Okta: there', okta, answered(200, ofOkta()), ACTIVE],
    ['Okta: gone', okta, answered(404, { errorCode: 'E0000007', errorSummary: 'Not found' }), NOT_FOUND],
    ['Okta: 401', okta, answered(401, { errorCode: 'E0000011' }), unknown('config')],
    ['Okta: 404 of another kind', okta, answered(404, { errorCode: 'E0000022' }), unknown('endpoint')],
    ['Okta: not found, but 403', okta, answered(403, { errorCode: 'E0000007' }), unknown('config')],
    ['Okta: not found, but 500', okta, answered(500, { errorCode: 'E0000007' }), unknown('server')],
    [
      'template: members within members',
      paged,
      answered(200, { page: { items: [{ key: 's1', owner: { id: 'ana' } }] } }),
      ACTIVE,
    ],
    ['template: no such member', paged, answered(200, { items: [] }), unknown('malformed')],
    ['template: another page follows', paged, answered(200, { page: { items: [], next: 'x' } }), unknown('malformed')],
    ['template: no other page follows', paged, answered(200, { page: { items: [], next: null } }), WEAK],
    [
      'template: an end in seconds',
      paged,
      answered(200, { page: { items: [{ key: 's1', owner: { id: 'ana' }, ends: 1_700_000_000 }] } }),
      unknown('past_its_end'),
    ],
    ['by a word: there', bySri, answered(200, { status: 'HAS_VALID_SESSIONS' }), ACTIVE],
    ['by a word: gone', bySri, answered(200, { status: 'SESSION_REVOKED' }), NOT_FOUND],
    ['by a word: another word', bySri, answered(200, { status: 'EXTENDING' }), unknown('malformed')],
    ['by a word: none', bySri, answered(200, {}), unknown('malformed')],
    ['revocation list: on it', revocations, answered(200, { id: 's1' }), WEAK],
    ['revocation list: not on it', revocations, answered(404, { error: 'unknown' }), unknown('unbound')],
    ['revocation list: another is on it', revocations, answered(200, { id: 's2' }), unknown('mismatch')],
  ])('%s', (_name, template, answer, expected) => {
    expect(judge(template, answer)).toMatchObject(expected);
  });

  it.each(Object.entries({ ...adminApiTemplates, paged, bySri, revocations }))(
    'T130, T132, T133: an outage, a refusal or a page end nothing: %s',
    (_name, template) => {
      for (const [status, reason] of [
        ...[500, 502, 503, 504, 408, 425].map((at) => [at, 'server'] as const),
        ...[301, 302, 307].map((at) => [at, 'redirect'] as const),
        ...[400, 401, 403].map((at) => [at, 'config'] as const),
        ...[404, 405, 410].map((at) => [at, 'endpoint'] as const),
        ...[200, 201, 204, 418].map((at) => [at, 'malformed'] as const),
        [429, 'throttled'] as const,
      ])
        expect(judge(template, answered(status, undefined))).toEqual(unknown(reason));
      expect(judge(template, { kind: 'unreachable', reason: 'timeout' })).toMatchObject(unknown('unreachable'));
      expect(judge(template, answered(429, {}, 7))).toMatchObject({ reason: 'throttled', retryAfterS: 7 });
    },
  );

  it('a list whose headers name another page says nothing of what is not on it', () => {
    const first = answered(200, [ofKeycloak('s0')]);
    expect(judgeAdminSession(asked(first, true), ANA, keycloak, true, NOW)).toEqual(unknown('malformed'));
    const there = answered(200, [ofKeycloak('s1')]);
    expect(judgeAdminSession(asked(there, true), ANA, keycloak, true, NOW)).toEqual(ACTIVE);
  });

  it('a list counts once the API has shown a live session: before, it may be of somebody who may not see', () => {
    expect(judge(keycloak, answered(200, []), ANA, false)).toEqual(unknown('uncalibrated'));
  });

  it('without an id of the session only an empty list says something', () => {
    expect(judge(keycloak, answered(200, []), NOBODY)).toEqual(WEAK);
    expect(judge(keycloak, answered(200, [ofKeycloak('s1')]), NOBODY)).toEqual(unknown('no_sid'));
  });

  it.each([
    ['refused', answered(401, { error: 'invalid_client' }), 'config'],
    ['a refusal that looks like "not found"', answered(404, { errorCode: 'E0000007' }), 'endpoint'],
    ['a token that nobody can read', answered(200, ofOkta()), 'malformed'],
    ['too many', answered(429), 'throttled'],
    ['nobody there', { kind: 'unreachable', reason: 'econnrefused' } as const, 'unreachable'],
  ])('without a token for the API nobody knows: %s', (_name, answer, reason) => {
    expect(judgeAdminSession({ kind: 'no_access', answer }, ANA, okta, true, NOW)).toMatchObject(unknown(reason));
  });

  it.each<[string, AdminFinding | undefined, object]>([
    ['seen', { kind: 'active' }, { kind: 'ended', strength: 'strong' }],
    ['not configured, and no other session', undefined, unknown('config')],
    ['missing too', { kind: 'not_found' }, unknown('config')],
    ['not on its list', { kind: 'ended', strength: 'weak' }, unknown('config')],
    ['somebody else’s', { kind: 'unknown', reason: 'mismatch' }, unknown('config')],
    ['refused', { kind: 'unknown', reason: 'config' }, unknown('config')],
    ['not asked for an outage', { kind: 'unknown', reason: 'server', retryAfterS: 5 }, unknown('server')],
    ['turned away', { kind: 'unknown', reason: 'throttled' }, unknown('throttled')],
  ])('"not found" ends a session only if a canary is seen with the same token: %s', (_name, canary, expected) => {
    expect(judgeNotFound(canary)).toMatchObject(expected);
  });

  it('ends a session only by a well-formed 200 without it, or by the API’s own words', () => {
    const body = fc.oneof(
      fc.anything(),
      fc.array(fc.record({ id: fc.constantFrom('s1', 's2'), userId: fc.constantFrom('ana', 'ben') })),
      fc.record({ errorCode: fc.constantFrom('E0000007', 'E0000011') }),
      fc.record({ id: fc.constantFrom('s1', 's2'), userId: fc.constantFrom('ana', 'ben'), expiresAt: fc.string() }),
    );
    const status = fc.oneof(fc.constantFrom(200, 401, 403, 404, 429, 500), fc.integer({ min: 100, max: 599 }));
    const template = fc.constantFrom(keycloak, auth0, okta, paged, bySri);
    fc.assert(
      fc.property(status, body, template, (at, text, known) => {
        const found = judge(known, answered(at, text));
        if (found.kind === 'ended') expect([at, known.answer]).toEqual([200, 'list']);
        if (found.kind === 'not_found') expect(at).toBe(known.notFound?.status);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('the path that asks about a session', () => {
  it.each([
    ['/users/{sub}/sessions', { sub: 'a b/c?d', idpSid: undefined }, '/users/a%20b%2Fc%3Fd/sessions'],
    ['/s/{sid}?of={sub}', { sub: 'auth0|1', idpSid: 'x+/=' }, '/s/x%2B%2F%3D?of=auth0%7C1'],
    ['/s/{sid}', { sub: 'a', idpSid: undefined }, undefined],
    ['/s/{sid}', { sub: 'a', idpSid: '' }, undefined],
    ['/users/{sub}/sessions', { sub: '..', idpSid: 's' }, undefined],
    ['/users/{sub}/sessions', { sub: '.', idpSid: 's' }, undefined],
    ['/users/{sub}/sessions', { sub: '{sid}', idpSid: 's' }, '/users/%7Bsid%7D/sessions'],
    ['/users/{sub}/sessions', { sub: '\ud800', idpSid: 's' }, undefined],
  ])('%s of %j', (template, about, expected) => {
    expect(adminApiPath(template, about)).toBe(expected);
  });
});
