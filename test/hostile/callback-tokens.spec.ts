import { describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import { answerTo, comeBack, depart, gatewayForSuite, redeemFor, userOf } from '../support/gateway.js';

describe('the gateway, as a process, against hostile tokens', () => {
  const suite = gatewayForSuite();

  it.each<[string, Record<string, unknown>, { typ?: string; kid?: string }?]>([
    ['T061: another issuer', { iss: 'https://evil.example' }],
    ['T061: another audience', { aud: 'somebody-else' }],
    ['T061: an extra audience', { aud: ['gateway', 'somebody-else'] }],
    ['T061: another azp', { azp: 'somebody-else' }],
    ['T062: no nonce', { nonce: undefined }],
    ['T062: another nonce', { nonce: 'x'.repeat(43) }],
    ['T063: expired', { exp: Math.floor(Date.now() / 1000) - 120 }],
    [
      'T063: issued in an hour',
      { iat: Math.floor(Date.now() / 1000) + 3600, exp: Math.floor(Date.now() / 1000) + 7200 },
    ],
    ['T063: an expiry that is a text', { exp: String(Math.floor(Date.now() / 1000) + 120) }],
    ['T063: no expiry', { exp: undefined }],
    ['T060: an unknown key', {}, { kid: 'unknown' }],
    ['T066: a wrong at_hash', { at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' }],
    ['an events claim', { events: {} }],
    ['the type of a logout token', {}, { typ: 'logout+jwt' }],
  ])('an ID token with %s signs nobody in', async (_name, claims, header = {}) => {
    const departure = await depart(suite().gateway.a);
    redeemFor(suite().idp, departure, { sub: 'mallory', ...claims }, header);
    expect((await comeBack(departure, answerTo(suite().idp, departure))).status).toBe(400);
    expect((await userOf(departure.visitor, suite().gateway.a)).status).toBe(401);
  });

  it('T060: an ID token without signature, or signed with what everybody knows, signs nobody in', async () => {
    const now = Math.floor(Date.now() / 1000);
    for (const forge of [
      (claims: object) =>
        Promise.resolve(
          [{ alg: 'none' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.') +
            '.',
        ),
      (claims: object) =>
        new SignJWT({ ...claims })
          .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
          .sign(Buffer.from(JSON.stringify(suite().idp.keys.publicJwk))),
      (claims: object) =>
        new SignJWT({ ...claims })
          .setProtectedHeader({ alg: 'HS256' })
          .sign(Buffer.from('secret-of-the-gateway-and-more-of-it')),
    ]) {
      const departure = await depart(suite().gateway.a);
      const claims = {
        iss: suite().idp.issuer,
        aud: 'gateway',
        sub: 'mallory',
        iat: now,
        exp: now + 60,
        nonce: departure.parameters.get('nonce'),
      };
      const idToken = await forge(claims);
      suite().idp.token = () => ({
        status: 200,
        body: { id_token: idToken, access_token: 'x', token_type: 'Bearer' },
      });
      expect((await comeBack(departure, answerTo(suite().idp, departure))).status).toBe(400);
      expect((await userOf(departure.visitor, suite().gateway.a)).status).toBe(401);
    }
  });

  it.each<[string, () => { status: number; body: unknown }, number]>([
    ['T059: no ID token', () => ({ status: 200, body: { access_token: 'x', token_type: 'Bearer' } }), 400],
    [
      'T059: a token type that is not Bearer',
      () => ({ status: 200, body: { id_token: 'x', access_token: 'x', token_type: 'mac' } }),
      400,
    ],
    ['invalid_grant', () => ({ status: 400, body: { error: 'invalid_grant' } }), 400],
    ['invalid_client', () => ({ status: 401, body: { error: 'invalid_client' } }), 502],
    ['HTML', () => ({ status: 200, body: '<h1>hello</h1>' }), 400],
    ['500', () => ({ status: 500, body: {} }), 503],
    [
      '300 KB',
      () => ({ status: 200, body: { id_token: 'x'.repeat(300_000), access_token: 'x', token_type: 'Bearer' } }),
      503,
    ],
  ])('a token endpoint that answers %s signs nobody in', async (_name, answer, status) => {
    const departure = await depart(suite().gateway.a);
    suite().idp.token = answer;
    expect((await comeBack(departure, answerTo(suite().idp, departure))).status).toBe(status);
    expect((await userOf(departure.visitor, suite().gateway.a)).status).toBe(401);
  });

  it('T062: the ID token of an earlier sign-in, with its nonce, signs nobody in', async () => {
    const earlier = await depart(suite().gateway.a);
    const departure = await depart(suite().gateway.a, '', earlier.visitor);
    redeemFor(suite().idp, earlier, { sub: 'mallory' });
    expect((await comeBack(departure, answerTo(suite().idp, departure))).status).toBe(400);
    expect((await userOf(departure.visitor, suite().gateway.a)).status).toBe(401);
  });

  it('the log names each refused sign-in, and holds neither state, code, nonce nor token', async () => {
    const departure = await depart(suite().gateway.a);
    redeemFor(suite().idp, departure, { sub: 'mallory', aud: 'somebody-else' });
    await comeBack(departure, answerTo(suite().idp, departure, { code: 'a-code-of-its-own' }));
    const { details } = await suite().gateway.app.process.fault('to read the log');
    const log = details.join('\n');
    expect(log).toMatch(/sign_in\.rejected reason=.* cid=[\w-]{12}/);
    const { parameters } = departure;
    for (const secret of [
      parameters.get('state')!,
      parameters.get('nonce')!,
      'a-code-of-its-own',
      'an-access-token',
      'eyJ',
    ])
      expect(log).not.toContain(secret);
  });
});
