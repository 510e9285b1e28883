import { describe, expect, it } from '@jest/globals';
import { parseSid, parseSub } from './ids.js';
import { type BrowserSession, isUsable, type SsoSession } from './sso-session.js';

const NOW = new Date('2026-08-30T12:00:00Z');
const BEFORE = new Date(NOW.getTime() - 1);
const AFTER = new Date(NOW.getTime() + 1);
const SSO: SsoSession = {
  sid: parseSid('0197d3c0-0000-7000-8000-000000000001')!,
  iss: 'https://idp.example.com',
  clientId: 'gateway',
  sub: parseSub('ana')!,
  openedAt: BEFORE,
  expiresAt: AFTER,
  authTime: undefined,
  acr: undefined,
  tokenGeneration: 1,
  idpCheckedAt: BEFORE,
  ended: undefined,
};
const SESSION: BrowserSession = {
  id: 'hash-of-a-token',
  frontEnd: 'https://app.example.com',
  expiresAt: AFTER,
  endedAt: undefined,
  lastSeenAt: BEFORE,
  sso: SSO,
};

describe('a browser session', () => {
  it('is usable until it ends', () => {
    expect(isUsable(SESSION, NOW)).toBe(true);
  });

  it.each([
    ['it has ended', { endedAt: BEFORE }],
    ['it expires at this moment', { expiresAt: NOW }],
    ['its SSO session has ended', { sso: { ...SSO, ended: { at: BEFORE, cause: 'operator' } } }],
    ['its SSO session expires at this moment', { sso: { ...SSO, expiresAt: NOW } }],
  ])('is not usable when %s', (_name, changes) => {
    expect(isUsable({ ...SESSION, ...changes }, NOW)).toBe(false);
  });
});

describe('the id of an SSO session', () => {
  it.each(['0197d3c0-0000-7000-8000-000000000001', 'ffffffff-ffff-ffff-ffff-ffffffffffff'])('is %s', (text) => {
    expect(parseSid(text)).toBe(text);
  });

  it.each([
    '',
    '>',
    'a.b',
    '0197d3c0-0000-7000-8000-00000000000',
    '0197d3c0-0000-7000-8000-000000000001\n',
    '0197D3C0-0000-7000-8000-000000000001',
  ])('is not %j', (text) => {
    expect(parseSid(text)).toBeUndefined();
  });
});

describe("a person's identifier", () => {
  it.each(['1', 'ana@example.com', 'a b', 's'.repeat(255)])('may be %j', (text) => {
    expect(parseSub(text)).toBe(text);
  });

  it.each(['', 's'.repeat(256), 'a\0b'])('may not be %j', (text) => {
    expect(parseSub(text)).toBeUndefined();
  });
});
