import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Answered, errorOf, judgeStatus, judgeUnreachable } from './judge-status.js';

const answered = (status: number, body?: unknown, retryAfterS?: number): Answered => ({
  kind: 'answered',
  status,
  body,
  retryAfterS,
});
const failed = (status: number, error: string) => answered(status, { error });

describe('an answer that no way of asking understands', () => {
  it.each<[name: string, answer: Answered, reason: string]>([
    ['500', answered(500), 'server'],
    ['502 with a page', answered(502), 'server'],
    ['503', answered(503), 'server'],
    ['504', answered(504), 'server'],
    ['500 that names our fault', failed(500, 'invalid_client'), 'server'],
    ['408', answered(408), 'server'],
    ['425', answered(425), 'server'],
    ['429', answered(429), 'throttled'],
    ['301', answered(301), 'redirect'],
    ['303', answered(303), 'redirect'],
    ['304', answered(304), 'redirect'],
    ['307', answered(307), 'redirect'],
    ['200', answered(200), 'malformed'],
    ['204', answered(204), 'malformed'],
    ['400 invalid_client', failed(400, 'invalid_client'), 'config'],
    ['401 invalid_client', failed(401, 'invalid_client'), 'config'],
    ['403 unauthorized_client', failed(403, 'unauthorized_client'), 'config'],
    ['400 unsupported_grant_type', failed(400, 'unsupported_grant_type'), 'config'],
    ['400 invalid_scope', failed(400, 'invalid_scope'), 'config'],
    ['400 invalid_request', failed(400, 'invalid_request'), 'config'],
    ['400 use_dpop_nonce', failed(400, 'use_dpop_nonce'), 'config'],
    ['401 use_dpop_nonce', failed(401, 'use_dpop_nonce'), 'config'],
    ['400 with a word that nobody knows', failed(400, 'new_word'), 'config'],
    ['400 with nothing', answered(400), 'config'],
    ['401 with nothing', answered(401), 'config'],
    ['403 with nothing', answered(403), 'config'],
    ['404', answered(404), 'endpoint'],
    ['405', answered(405), 'endpoint'],
    ['410', answered(410), 'endpoint'],
    ['404 that names our fault', failed(404, 'invalid_client'), 'config'],
    ['418', answered(418), 'malformed'],
  ])('%s', (_name, answer, reason) => {
    expect(judgeStatus(answer)).toMatchObject({ kind: 'unknown', reason });
  });

  it.each([429, 503, 408])('T130: keeps with status %d how long the IdP wants to be left alone', (status) => {
    expect(judgeStatus(answered(status, undefined, 120)).retryAfterS).toBe(120);
  });

  it('no answer at all is the network, or our own configuration', () => {
    for (const reason of ['timeout', 'econnreset', 'enotfound', 'cert_has_expired', 'discovery', 'keys'])
      expect(judgeUnreachable(reason)).toEqual({ kind: 'unknown', reason: 'unreachable', detail: reason });
    expect(judgeUnreachable('too_large')).toEqual({ kind: 'unknown', reason: 'malformed', detail: 'too_large' });
    for (const reason of ['other_issuer', 'insecure'])
      expect(judgeUnreachable(reason)).toEqual({ kind: 'unknown', reason: 'config', detail: reason });
    expect(judgeUnreachable('too_large')).toEqual({ kind: 'unknown', reason: 'malformed', detail: 'too_large' });
  });

  it('POL-01: whatever it is, it ends nothing, and asks for no sign-in', () => {
    const answer = fc.record({
      kind: fc.constant('answered' as const),
      status: fc.integer({ min: 100, max: 599 }),
      body: fc.oneof(fc.anything(), fc.record({ error: fc.string(), active: fc.boolean() })),
      retryAfterS: fc.option(fc.nat(), { nil: undefined }),
    });
    fc.assert(
      fc.property(answer, (seen) => {
        expect(judgeStatus(seen)).toMatchObject({ kind: 'unknown' });
        expect(judgeStatus(seen).reauth).toBeUndefined();
      }),
    );
  });

  it('a word that could forge a line of a log is not kept', () => {
    expect(errorOf({ error: 'x\nforged=line' })).toBeUndefined();
    expect(errorOf({ error: 'invalid_grant' })).toBe('invalid_grant');
  });
});
