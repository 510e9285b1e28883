import { describe, expect, it } from '@jest/globals';
import type { ProbeOutcome } from '#session';
import { replyOfIntrospection, replyOfRefresh, replyOfUserinfo } from './reply.js';

const whose = { clientId: 'gateway', sub: 'ana' };
const answered = (status: number, body?: unknown, challenge?: string): Extract<ProbeOutcome, { kind: 'answered' }> => {
  return { kind: 'answered', status, body, retryAfterS: undefined, challenge };
};
const timeout: ProbeOutcome = { kind: 'unreachable', reason: 'timeout' };

describe('an answer to introspection', () => {
  it.each([
    [timeout, 'unknown', 'timeout'],
    [answered(200, { active: true }), 'active', '200 active: true'],
    [answered(200, { active: true, sub: 'ana', client_id: 'gateway' }), 'active', '200 active: true'],
    [answered(200, { active: true, sub: 'ben' }), 'unknown', '200 active: true, but of another sub'],
    [answered(200, { active: true, client_id: 'other' }), 'unknown', '200 active: true, but of another client'],
    [answered(200, { active: false }), 'gone', '200 active: false'],
    [answered(200, { active: 'false' }), 'unknown', '200, without a readable "active"'],
    [answered(200), 'unknown', '200, without a readable "active"'],
    [answered(401, { error: 'invalid_client' }), 'unknown', '401 invalid_client'],
    [answered(503, '<html>'), 'unknown', '503 without an error code'],
  ])('%j is %s', (outcome, kind, detail) => {
    expect(replyOfIntrospection(outcome, whose)).toEqual({ kind, detail });
  });
});

describe('an answer of userinfo', () => {
  it.each([
    [timeout, 'unknown', 'timeout'],
    [answered(200, { sub: 'ana', email: 'a@b' }), 'active', '200 with the sub'],
    [answered(200, { sub: 'ben' }), 'unknown', '200, but of another sub'],
    [answered(200), 'unknown', '200, without a readable sub'],
    [answered(401, {}, 'Bearer realm="x", error="invalid_token"'), 'gone', '401 invalid_token'],
    [answered(401, {}, 'Bearer error=invalid_token'), 'gone', '401 invalid_token'],
    [answered(401, {}, 'Bearer'), 'unknown', '401, without a challenge that says invalid_token'],
    [answered(401, { error: 'invalid_token' }), 'unknown', '401, without a challenge that says invalid_token'],
    [answered(403, { error: 'insufficient_scope' }), 'unknown', '403 insufficient_scope'],
  ])('%j is %s', (outcome, kind, detail) => {
    expect(replyOfUserinfo(outcome, whose)).toEqual({ kind, detail });
  });
});

describe('an answer to a refresh', () => {
  it.each([
    [answered(200, { access_token: 'a', token_type: 'Bearer' }), 'active', '200 with tokens'],
    [answered(400, { error: 'invalid_grant' }), 'gone', '400 invalid_grant'],
    [
      answered(400, { error: 'invalid_grant', error_description: 'AADSTS50173: of ana@example.org' }),
      'gone',
      '400 invalid_grant (AADSTS50173)',
    ],
    [answered(400, { error: 'a word of <somebody> else' }), 'gone', '400 without an error code'],
    [answered(401, { error: 'invalid_client' }), 'unknown', '401 invalid_client'],
    [answered(500, {}), 'unknown', '500 without an error code'],
    [{ kind: 'lost' as const, reason: 'econnreset' }, 'unknown', 'econnreset'],
  ])('%j is %s', (outcome, kind, detail) => {
    expect(replyOfRefresh(outcome).reply).toEqual({ kind, detail });
  });
});
