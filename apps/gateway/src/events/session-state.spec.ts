import { describe, expect, it } from '@jest/globals';
import { type BrowserSession, parseSid, parseSub } from '#session';
import { endOf, stateOf } from './session-state.js';

const NOW = new Date('2026-08-30T12:00:00Z');
const later = (ms: number) => new Date(NOW.getTime() + ms);

const SESSION: BrowserSession = {
  ...{ id: 'x', frontEnd: 'https://a.example.com', expiresAt: later(60_000), endedAt: undefined, lastSeenAt: NOW },
  sso: {
    sid: parseSid('0197d3c0-0000-7000-8000-000000000001')!,
    ...{ iss: 'https://idp.example.com', clientId: 'gateway', sub: parseSub('ana')!, acr: undefined },
    ...{ openedAt: NOW, expiresAt: later(3_600_000), authTime: undefined, idpCheckedAt: NOW },
    ...{ tokenGeneration: 1, ended: undefined },
  },
};

describe('what a tab’s session has become', () => {
  it('is replaced, not ended, from the moment on that a newer one is there, and after that', () => {
    for (const endedAt of [later(30_000), later(-1)])
      expect(stateOf({ ...SESSION, endedAt }, NOW)).toEqual({ kind: 'replaced' });
  });

  it('is ended when the SSO session is, replaced or not', () => {
    const sso = { ...SESSION.sso, ended: { at: NOW, cause: 'operator' } };
    for (const endedAt of [undefined, later(30_000)])
      expect(stateOf({ ...SESSION, endedAt, sso }, NOW)).toEqual({ kind: 'ended', reason: 'operator' });
  });

  it('is looked at again when it counts no more', () => {
    expect(endOf(SESSION)).toBe(later(60_000).getTime());
    expect(endOf({ ...SESSION, endedAt: later(30_000) })).toBe(later(30_000).getTime());
  });
});
