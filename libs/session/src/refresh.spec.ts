import { describe, expect, it } from '@jest/globals';
import { judgeRefresh, refreshedTokens, type RefreshOutcome } from './refresh.js';

const answered = (status: number, body?: unknown, retryAfterS?: number): RefreshOutcome => ({
  kind: 'answered',
  status,
  body,
  retryAfterS,
});
const failed = (status: number, error: string) => answered(status, { error });
const TOKENS = { access_token: 'a2', token_type: 'Bearer', expires_in: 300 };

describe('the answer to a refresh token', () => {
  it.each<[name: string, outcome: RefreshOutcome, verdict: object]>([
    ['200 with tokens', answered(200, TOKENS), { kind: 'tokens', response: { accessToken: 'a2', expiresInS: 300 } }],
    ['no connection', { kind: 'not_sent', reason: 'econnrefused' }, { kind: 'unavailable' }],
    ['T142: no answer', { kind: 'lost', reason: 'timeout' }, { kind: 'ambiguous', reason: 'timeout' }],
    ['200 with HTML', answered(200), { kind: 'ambiguous' }],
    ['200 without an access token', answered(200, { token_type: 'Bearer' }), { kind: 'ambiguous' }],
    ['200 with a token type that is not ours', answered(200, { ...TOKENS, token_type: 'mac' }), { kind: 'ambiguous' }],
    ['204', answered(204), { kind: 'ambiguous' }],
    ['500', failed(500, 'server_error'), { kind: 'ambiguous' }],
    ['502 with HTML', answered(502), { kind: 'ambiguous' }],
    ['503 with Retry-After', answered(503, undefined, 5), { kind: 'ambiguous' }],
    ['500 that says invalid_grant', failed(500, 'invalid_grant'), { kind: 'ambiguous' }],
    ['408', answered(408), { kind: 'ambiguous' }],
    ['429', answered(429, undefined, 7), { kind: 'unavailable', retryAfterS: 7 }],
    ['400 temporarily_unavailable', failed(400, 'temporarily_unavailable'), { kind: 'unavailable' }],
    ['T141: 400 invalid_grant', failed(400, 'invalid_grant'), { kind: 'refused', probeNow: true }],
    ['T144: 403 invalid_grant', failed(403, 'invalid_grant'), { kind: 'refused', probeNow: true }],
    ['T144: 400 invalid_request', failed(400, 'invalid_request'), { kind: 'refused', probeNow: false }],
    ['T144: 400 interaction_required', failed(400, 'interaction_required'), { kind: 'refused', probeNow: false }],
    ['400 login_required', failed(400, 'login_required'), { kind: 'refused', probeNow: false }],
    ['400 with an empty body', answered(400), { kind: 'refused', probeNow: false }],
    ['400 with a word that nobody knows', failed(400, 'new_word'), { kind: 'refused', probeNow: false }],
    ['401 invalid_client', failed(401, 'invalid_client'), { kind: 'misconfigured', reason: 'invalid_client' }],
    ['400 invalid_client', failed(400, 'invalid_client'), { kind: 'misconfigured' }],
    ['400 unauthorized_client', failed(400, 'unauthorized_client'), { kind: 'misconfigured' }],
    ['401 with nothing', answered(401), { kind: 'misconfigured', reason: 'status_401' }],
    ['403 with HTML', answered(403), { kind: 'misconfigured' }],
    ['404', answered(404), { kind: 'misconfigured' }],
    ['302 to a sign-in page', answered(302), { kind: 'misconfigured' }],
    [
      'an error with a line break in it',
      failed(401, 'x\nforged=line'),
      { kind: 'misconfigured', reason: 'status_401' },
    ],
  ])('%s', (_name, outcome, verdict) => {
    expect(judgeRefresh(outcome)).toMatchObject(verdict);
  });
});

describe('the tokens after a refresh', () => {
  const sentAt = new Date('2026-11-22T12:00:00Z');
  const later = (seconds: number) => new Date(sentAt.getTime() + seconds * 1000);
  const before = {
    ...{ idToken: 'i1', accessToken: 'a1', accessExpiresAt: later(5), refreshToken: 'r1' },
    refreshExpiresAt: later(1000),
  };
  const response = {
    ...{ idToken: undefined, accessToken: 'a2', expiresInS: 300, refreshToken: undefined },
    refreshExpiresInS: undefined,
  };

  it('are the earlier ones where the IdP sent none', () => {
    const after = { ...before, accessToken: 'a2', accessExpiresAt: later(300) };
    expect(refreshedTokens(before, response, sentAt)).toEqual(after);
    expect(refreshedTokens(before, { ...response, refreshToken: 'r1' }, sentAt)).toEqual(after);
  });

  it('are the new ones where it did, and the new ones’ lives count', () => {
    const rotated = { ...response, idToken: 'i2', refreshToken: 'r2', refreshExpiresInS: 2000 };
    expect(refreshedTokens(before, rotated, sentAt)).toEqual({
      ...{ idToken: 'i2', accessToken: 'a2', accessExpiresAt: later(300) },
      ...{ refreshToken: 'r2', refreshExpiresAt: later(2000) },
    });
  });

  it('have no end that the IdP did not name', () => {
    const after = refreshedTokens(before, { ...response, refreshToken: 'r2', expiresInS: undefined }, sentAt);
    expect(after).toMatchObject({ accessExpiresAt: undefined, refreshExpiresAt: undefined });
  });
});
