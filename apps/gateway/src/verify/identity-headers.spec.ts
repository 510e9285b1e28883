import { describe, expect, it } from '@jest/globals';
import { parseSid, parseSub, type SsoSession } from '#session';
import { identityHeaders } from './identity-headers.js';

const NOW = new Date('2026-08-30T12:00:00Z');
const sessionOf = (sub: string): SsoSession => ({
  sid: parseSid('01990000-0000-7000-8000-000000000000')!,
  sub: parseSub(sub)!,
  ...{ iss: 'https://idp.example.com', clientId: 'gateway', openedAt: NOW, expiresAt: NOW, idpCheckedAt: NOW },
  ...{ authTime: undefined, acr: undefined, tokenGeneration: 1, ended: undefined },
});
const headersOf = (claims: object, sub = 'ana') => identityHeaders(sessionOf(sub), { ...claims });

describe('the headers that say who is signed in', () => {
  it('are whole, and empty where the IdP says nothing', () => {
    expect(headersOf({ name: 'Ana B', email: 'ana@example.com', groups: ['staff', 'it'] })).toEqual({
      'remote-user': 'ana',
      'remote-name': 'Ana B',
      'remote-email': 'ana@example.com',
      'remote-groups': 'staff,it',
      'x-session-id': '01990000-0000-7000-8000-000000000000',
    });
    expect(headersOf({})).toMatchObject({ 'remote-name': '', 'remote-email': '', 'remote-groups': '' });
  });

  it.each<[string, object, object]>([
    ['other scripts are percent-encoded', { name: 'Zoë 王' }, { 'remote-name': 'Zo%C3%AB %E7%8E%8B' }],
    ['a percent sign too, so that decoding gives what was there', { name: '100%25' }, { 'remote-name': '100%2525' }],
    ['no line can be added', { name: 'a\r\nRemote-Groups: admins' }, { 'remote-name': 'aRemote-Groups: admins' }],
    ['no group can be added', { groups: ['a,admins', 'b'] }, { 'remote-groups': 'a%2Cadmins,b' }],
    ['half a character is no fault', { name: 'a\ud800' }, { 'remote-name': 'a%EF%BF%BD' }],
    ['an unverified address is not said', { email: 'a@b', email_verified: false }, { 'remote-email': '' }],
    ['the user name stands in for a name', { preferred_username: 'ana.b' }, { 'remote-name': 'ana.b' }],
    ['one group may be a text', { groups: 'staff' }, { 'remote-groups': 'staff' }],
    [
      'claims of another kind say nothing',
      { name: 5, email: {}, groups: [1] },
      { 'remote-name': '', 'remote-groups': '' },
    ],
    ['too many groups are left out, not cut', { groups: Array(500).fill('group') }, { 'remote-groups': '' }],
  ])('%s', (_name, claims, said) => {
    expect(headersOf(claims)).toMatchObject(said);
  });

  it('two people never look the same', () => {
    const subs = ['a', ' a', 'a ', 'a\n', 'a%0A', 'ä', 'a\u0308', '%C3%A4'];
    const users = subs.map((sub) => headersOf({}, sub)['remote-user']);
    expect(new Set(users).size).toBe(subs.length);
    expect(users.map((user) => decodeURIComponent(user ?? ''))).toEqual(subs);
  });
});
