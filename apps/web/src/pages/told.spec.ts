import { describe, expect, it } from '@jest/globals';
import { Told } from './told.js';

const SID = '01890000-0000-7000-8000-000000000001';

describe('what a page may tell', () => {
  it.each([
    { kind: 'silent', outcome: 'signed_in', via: 'frame', tookMs: 120 },
    { kind: 'silent', outcome: 'login_required', via: 'redirect' },
    { kind: 'shown', status: 'signed_in', sid: SID },
    { kind: 'shown', status: 'signed_out', reason: 'rp_initiated' },
  ])('is %j', (told) => {
    expect(Told.parse(told)).toEqual(told);
  });

  it.each<[string, unknown]>([
    ['markup', { kind: 'silent', outcome: '<img src=x onerror=alert(1)>', via: 'frame' }],
    ['a line break', { kind: 'silent', outcome: 'a\n\ndata: {}', via: 'frame' }],
    ['a long word', { kind: 'shown', status: 'signed_out', reason: 'a'.repeat(41) }],
    ['a session that is none', { kind: 'shown', status: 'signed_in', sid: 'javascript:alert(1)' }],
    ['a front end of its own choice', { kind: 'shown', status: 'signed_in', frontEnd: 'billing' }],
    ['a number of its own', { kind: 'shown', status: 'signed_in', id: 7 }],
    ['what only the hub knows', { kind: 'ended', sid: SID, sub: 'ana', cause: 'operator', eventId: 'e' }],
    ['what only the panel does', { kind: 'panel', deed: 'service_stopped', what: 'notes' }],
    ['a time that runs backwards', { kind: 'silent', outcome: 'timeout', via: 'frame', tookMs: -1 }],
    ['a prototype', JSON.parse('{"kind":"shown","status":"signed_in","__proto__":{"x":1}}')],
    ['a list', []],
    ['nothing', null],
  ])('is not %s', (_name, told) => {
    expect(Told.safeParse(told).success).toBe(false);
  });
});
