import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { SignJWT } from 'jose';
import {
  answerTo,
  codesSent,
  comeBack,
  depart,
  gatewayForSuite,
  redeemFor,
  signIn,
  userOf,
} from '../support/gateway.js';
import { Visitor } from '../support/visitor.js';

describe('the gateway, as a process, against hostile answers', () => {
  const suite = gatewayForSuite();

  describe('the authorization request', () => {
    it('asks for a code with PKCE S256, a nonce and a state, and names the registered redirect URI', async () => {
      const { parameters } = await depart(suite().gateway.a);
      expect(parameters.get('response_type')).toBe('code');
      expect(parameters.get('code_challenge_method')).toBe('S256');
      expect(parameters.get('redirect_uri')).toBe(`${suite().gateway.a}/bff/callback`);
      for (const name of ['state', 'nonce', 'code_challenge']) expect(parameters.get(name)).toMatch(/^[\w-]{43}$/);
      expect(parameters.has('prompt')).toBe(false);
    });

    it('T073: takes no address from Host or X-Forwarded-Host', async () => {
      const visitor = new Visitor();
      const forwarded = await visitor.get(`${suite().gateway.a}/bff/login`, { 'x-forwarded-host': 'evil.example' });
      expect(forwarded.location?.searchParams.get('redirect_uri')).toBe(`${suite().gateway.a}/bff/callback`);
    });

    it('sends the verifier that belongs to the challenge', async () => {
      const departure = await depart(suite().gateway.a);
      redeemFor(suite().idp, departure, { sub: 'pkce' });
      await comeBack(departure, answerTo(suite().idp, departure));
      const verifier =
        suite()
          .idp.received.findLast(({ path }) => path === '/token')
          ?.form.get('code_verifier') ?? '';
      expect(createHash('sha256').update(verifier).digest('base64url')).toBe(
        departure.parameters.get('code_challenge'),
      );
    });
  });

  describe('the callback', () => {
    it('signs in and goes to the return URL of the request, whatever the callback says (T081)', async () => {
      const departure = await depart(suite().gateway.a, 'returnUrl=/inside%3Fa%3D1');
      redeemFor(suite().idp, departure, { sub: 'ana', name: 'Ana' });
      const seen = await comeBack(departure, answerTo(suite().idp, departure, { returnUrl: 'https://evil.example/' }));
      expect(seen.status).toBe(303);
      expect(seen.location?.href).toBe(`${suite().gateway.a}/inside?a=1`);
      expect(seen.headers.get('cache-control')).toBe('no-store');
      const user = await userOf(departure.visitor, suite().gateway.a);
      expect(user.claims.get('sub')).toBe('ana');
      expect(user.claims.get('name')).toBe('Ana');
    });

    it.each<[string, Record<string, string>]>([
      ['T040: an error without state', { error: 'server_error', error_description: '<script>alert(1)</script>' }],
      ['T041: an error with a forged state', { error: 'access_denied', state: 'forged' }],
      ['T043: a code without state', { code: 'x' }],
      ['T043: an empty state', { code: 'x', state: '' }],
      ['T043: a state of 10 KB', { code: 'x', state: 's'.repeat(10_240) }],
      ['neither code nor error', { state: 'whatever' }],
    ])('%s: a plain 400 that reflects nothing and signs nobody out', async (_name, query) => {
      const { visitor } = await signIn(suite().idp, suite().gateway.a, 'steady', 'steady-1');
      const pending = await depart(suite().gateway.a, 'returnUrl=/later', visitor);
      const seen = await visitor.get(`${suite().gateway.a}/bff/callback?${new URLSearchParams(query).toString()}`);
      expect(seen.status).toBe(400);
      expect(seen.text).not.toContain('script>');
      expect(seen.text).not.toContain('forged');
      expect((await userOf(visitor, suite().gateway.a)).status).toBe(200);
      redeemFor(suite().idp, pending, { sub: 'steady', sid: 'steady-1' });
      expect((await comeBack(pending, answerTo(suite().idp, pending))).location?.pathname).toBe('/later'); // the genuine one still completes
    });

    it('T052: refuses a parameter that stands twice', async () => {
      const departure = await depart(suite().gateway.a);
      const state = departure.parameters.get('state') ?? '';
      const seen = await departure.visitor.get(
        `${suite().gateway.a}/bff/callback?code=a&code=b&state=${state}&iss=${encodeURIComponent(suite().idp.issuer)}`,
      );
      expect(seen.status).toBe(400);
    });

    it('T044: a replayed answer sends no code a second time; it starts the sign-in once more, never twice', async () => {
      const departure = await depart(suite().gateway.a);
      redeemFor(suite().idp, departure, { sub: 'replay' });
      await comeBack(departure, answerTo(suite().idp, departure));
      const before = codesSent(suite().idp);
      const again = await comeBack(departure, answerTo(suite().idp, departure));
      expect(again.location?.href).toBe(`${suite().gateway.a}/bff/login`);
      expect((await comeBack(departure, answerTo(suite().idp, departure))).status).toBe(400);
      expect(codesSent(suite().idp)).toBe(before);
    });

    it('another browser can do nothing with a state that it has seen (login CSRF)', async () => {
      const departure = await depart(suite().gateway.a);
      const before = codesSent(suite().idp);
      const other = { ...departure, visitor: new Visitor() };
      await depart(suite().gateway.a, '', other.visitor);
      const seen = await comeBack(other, answerTo(suite().idp, departure));
      expect(seen.location?.pathname).toBe('/bff/login');
      expect(codesSent(suite().idp)).toBe(before);
      expect((await userOf(other.visitor, suite().gateway.a)).status).toBe(401);
    });

    it.each<[string, Record<string, string>]>([
      ['T049: iss with a trailing slash', { iss: 'SLASH' }],
      ['T049: iss of another IdP', { iss: 'https://evil.example' }],
      ['T050: an error with the iss of another IdP', { iss: 'https://evil.example', error: 'login_required' }],
      ['T048: no iss though the metadata announce it', { iss: '' }],
    ])('%s: refused, and the code is not sent anywhere', async (_name, changes) => {
      const departure = await depart(suite().gateway.a);
      const before = codesSent(suite().idp);
      const iss = changes.iss === 'SLASH' ? `${suite().idp.issuer}/` : changes.iss;
      const { code, state } = answerTo(suite().idp, departure);
      const query = {
        state,
        ...(changes.error === undefined ? { code } : { error: changes.error }),
        ...(iss === '' ? {} : { iss: iss! }),
      };
      const seen = await comeBack(departure, query);
      expect(seen.status).toBe(400);
      expect(codesSent(suite().idp)).toBe(before);
    });

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

    it('T053: takes no POST', async () => {
      const { visitor } = await depart(suite().gateway.a);
      const seen = await visitor.send(`${suite().gateway.a}/bff/callback`, {
        method: 'POST',
        body: new URLSearchParams({ code: 'x', state: 'y' }),
      });
      expect([404, 405]).toContain(seen.status);
    });

    it('T071: the cookie after signing in is never the one from before', async () => {
      const { visitor } = await signIn(suite().idp, suite().gateway.a, 'fixed', 'fixed-1');
      const [before] = (await visitor.jar.getCookies(suite().gateway.a)).filter(({ key }) => key === 'bff-session');
      await signIn(suite().idp, suite().gateway.a, 'fixed', 'fixed-1', visitor);
      const [after] = (await visitor.jar.getCookies(suite().gateway.a)).filter(({ key }) => key === 'bff-session');
      expect(after?.value).not.toBe(before?.value);
      expect(after).toMatchObject({ httpOnly: true, sameSite: 'lax', path: '/' });
      expect(after?.domain).toBe('localhost');
      expect(after?.hostOnly).toBe(true);
    });
  });
});
