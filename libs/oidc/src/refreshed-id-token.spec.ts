import { describe, expect, it } from '@jest/globals';
import { makeTokenIssuer } from '../../../test/support/token-issuer.js';
import { judgeRefreshedIdToken, type RefreshedSignIn } from './refreshed-id-token.js';

const ISSUER = 'https://idp.example.com';
const NOW = new Date('2026-08-30T12:00:00Z');
const NOW_S = NOW.getTime() / 1000;
const SIGNED_IN = { iss: ISSUER, sub: 'ana', aud: 'gateway', iat: NOW_S - 900, exp: NOW_S - 600 };
const GOOD = { ...SIGNED_IN, iat: NOW_S, exp: NOW_S + 300 };

const idp = await makeTokenIssuer();
const stranger = await makeTokenIssuer();
const previousOf = (claims: object) => idp.sign({ ...SIGNED_IN, nonce: 'n1', auth_time: NOW_S - 905, ...claims });

async function judge(token: string, changes: Partial<RefreshedSignIn> = {}, previous: object = {}) {
  return judgeRefreshedIdToken(token, idp.keys, {
    ...{ issuer: ISSUER, clientId: 'gateway', algorithm: 'RS256', accessToken: 'a2', sub: 'ana', now: NOW },
    ...{ authTime: new Date((NOW_S - 905) * 1000), previousIdToken: await previousOf(previous) },
    ...changes,
  });
}

describe('the ID token of a refresh', () => {
  it.each<[name: string, claims: object]>([
    ['without a nonce', { auth_time: NOW_S - 905 }],
    ['with the nonce of the sign-in', { auth_time: NOW_S - 905, nonce: 'n1' }],
    ['that does not say when the person authenticated', {}],
    ['that has no such time', { auth_time: 0 }],
    ['of an earlier authentication', { auth_time: NOW_S - 1000 }],
  ])('%s is about the same sign-in', async (_name, claims) => {
    expect(await judge(await idp.sign({ ...GOOD, ...claims }))).toEqual({ kind: 'same' });
  });

  it.each([
    [NOW_S + 60, new Date((NOW_S + 60) * 1000)],
    ['soon', 'unusable'],
    [undefined, undefined],
  ])('says when the session ends (%j), as that of a sign-in does', async (session_expiry, sessionExpiry) => {
    expect(await judge(await idp.sign({ ...GOOD, session_expiry }))).toEqual({ kind: 'same', sessionExpiry });
  });

  it.each<[name: string, claims: object, judged: object]>([
    ['another sub', { sub: 'eve' }, { kind: 'other_person', claim: 'sub' }],
    ['another iss', { iss: 'https://other.example.com' }, { kind: 'other_person', claim: 'iss' }],
    ['a later auth_time', { auth_time: NOW_S - 904 }, { kind: 'authenticated_later' }],
  ])('T143: with %s is not', async (_name, claims, judged) => {
    expect(await judge(await idp.sign({ ...GOOD, ...claims }))).toEqual(judged);
  });

  it('T143: with a later auth_time than the session’s is not, though the previous one said nothing', async () => {
    const token = await idp.sign({ ...GOOD, auth_time: NOW_S - 904 });
    expect(await judge(token, {}, { auth_time: undefined })).toEqual({ kind: 'authenticated_later' });
    expect(await judge(token, { authTime: undefined }, { auth_time: undefined })).toEqual({ kind: 'same' });
  });

  it.each<[name: string, token: () => Promise<string>]>([
    ['T143: with another nonce', () => idp.sign({ ...GOOD, nonce: 'n2' })],
    ['for another client', () => idp.sign({ ...GOOD, aud: 'other' })],
    ['of another person, signed by a stranger', () => stranger.sign({ ...GOOD, sub: 'eve' })],
    ['of another issuer, signed by a stranger', () => stranger.sign({ ...GOOD, iss: 'https://other.example.com' })],
    ['issued long ago', () => idp.sign({ ...GOOD, iat: NOW_S - 301 })],
    ['that has expired', () => idp.sign({ ...GOOD, exp: NOW_S - 61 })],
    ['with the hash of another access token', () => idp.sign({ ...GOOD, at_hash: 'AAAA' })],
    ['that is a logout token', () => idp.sign(GOOD, { typ: 'logout+jwt' })],
    ['that is none', () => Promise.resolve('x')],
  ])('%s is not believed', async (_name, token) => {
    await expect(judge(await token())).rejects.toMatchObject({ code: 'OIDC_ID_TOKEN_INVALID' });
  });
});
