import { describe, expect, it } from '@jest/globals';
import { makeTokenIssuer, signHs256, unsigned, withOneByteChanged } from '../../../test/support/token-issuer.js';
import { verifyIntrospectionJwt, verifyUserinfoJwt } from './signed-answer.js';

const NOW = new Date('2026-11-22T12:00:00Z');
const ASKED = new Date('2026-11-22T11:59:51.500Z');
const EXPECTED = { issuer: 'https://idp.example.com', clientId: 'gateway', askedAt: ASKED, now: NOW };
const ANSWER = { active: false };
const CLAIMS = { iss: EXPECTED.issuer, aud: 'gateway', iat: NOW.getTime() / 1000, token_introspection: ANSWER };
const TYP = { typ: 'token-introspection+jwt' };
const ASKED_S = ASKED.getTime() / 1000;
const idp = await makeTokenIssuer();
const stranger = await makeTokenIssuer();
const refused = expect.objectContaining({ code: 'OIDC_ANSWER_INVALID' });

describe('an introspection answer as a JWT', () => {
  it('is what its claim says', async () => {
    expect(await verifyIntrospectionJwt(await idp.sign(CLAIMS, TYP), idp.keys, EXPECTED)).toEqual(ANSWER);
  });

  it.each([
    ['at the question', Math.floor(ASKED_S)],
    ['by a clock that is a minute behind', Math.floor(ASKED_S) - 60],
    ['by a clock that is a minute ahead', CLAIMS.iat + 60],
    ['with fractions of a second', ASKED_S],
  ])('is what its claim says, issued %s', async (_name, iat) => {
    expect(await verifyIntrospectionJwt(await idp.sign({ ...CLAIMS, iat }, TYP), idp.keys, EXPECTED)).toEqual(ANSWER);
  });

  it.each<[name: string, token: Promise<string> | string]>([
    ['a stranger’s signature', stranger.sign(CLAIMS, TYP)],
    ['a changed byte', idp.sign(CLAIMS, TYP).then(withOneByteChanged)],
    ['no signature', unsigned(CLAIMS, TYP)],
    ['a signature by a public word', signHs256(CLAIMS, 'gateway', 'k1')],
    ['another issuer', idp.sign({ ...CLAIMS, iss: 'https://other.example.com' }, TYP)],
    ['another client for its audience', idp.sign({ ...CLAIMS, aud: 'shop' }, TYP)],
    ['no audience', idp.sign({ ...CLAIMS, aud: undefined }, TYP)],
    ['no introspection in it', idp.sign({ ...CLAIMS, token_introspection: undefined }, TYP)],
    ['the type of another kind of token', idp.sign(CLAIMS, { typ: 'JWT' })],
    ['no type', idp.sign(CLAIMS)],
    ['an end that has passed', idp.sign({ ...CLAIMS, exp: CLAIMS.iat - 61 }, TYP)],
    ['no time of issue', idp.sign({ ...CLAIMS, iat: undefined }, TYP)],
    ['a time of issue that is none', idp.sign({ ...CLAIMS, iat: 'now' as unknown as number }, TYP)],
    ['a time of issue long before the question', idp.sign({ ...CLAIMS, iat: Math.floor(ASKED_S) - 61 }, TYP)],
    ['a time of issue in the future', idp.sign({ ...CLAIMS, iat: CLAIMS.iat + 61 }, TYP)],
    ['nothing in it', ''],
  ])('T150: is not believed with %s', async (_name, token) => {
    await expect(verifyIntrospectionJwt(await token, idp.keys, EXPECTED)).rejects.toEqual(refused);
  });
});

describe('a UserInfo answer as a JWT', () => {
  const user = { iss: EXPECTED.issuer, aud: 'gateway', sub: 'ana' };

  it('is what its claims say', async () => {
    expect(await verifyUserinfoJwt(await idp.sign(user), idp.keys, EXPECTED)).toMatchObject({ sub: 'ana' });
  });

  it.each<[name: string, token: Promise<string>]>([
    ['a stranger’s signature', stranger.sign(user)],
    ['another client for its audience', idp.sign({ ...user, aud: 'shop' })],
    ['another issuer', idp.sign({ ...user, iss: 'https://other.example.com' })],
    ['no person', idp.sign({ ...user, sub: undefined })],
  ])('is not believed with %s', async (_name, token) => {
    await expect(verifyUserinfoJwt(await token, idp.keys, EXPECTED)).rejects.toEqual(refused);
  });
});
