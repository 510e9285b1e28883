import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
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
      ['T043: a state in a list', { code: 'x', 'state[]': 'forged' }],
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

    it.each([
      ['two codes', (state: string, iss: string) => `code=a&code=b&state=${state}&iss=${iss}`],
      ['two states', (state: string, iss: string) => `code=a&state=${state}&state=${state}&iss=${iss}`],
      ['two issuers', (state: string, iss: string) => `code=a&state=${state}&iss=${iss}&iss=${iss}`],
      ['two errors', (state: string, iss: string) => `error=a&error=b&state=${state}&iss=${iss}`],
      ['a code and an error', (state: string, iss: string) => `code=a&error=b&state=${state}&iss=${iss}`],
    ])('T052: refuses %s, sends no code, and uses nothing up', async (_name, query) => {
      const departure = await depart(suite().gateway.a);
      const before = codesSent(suite().idp);
      const state = departure.parameters.get('state') ?? '';
      const url = `${suite().gateway.a}/bff/callback?${query(state, encodeURIComponent(suite().idp.issuer))}`;
      expect((await departure.visitor.get(url)).status).toBe(400);
      expect(codesSent(suite().idp)).toBe(before);
      redeemFor(suite().idp, departure, { sub: 'single' });
      expect((await comeBack(departure, answerTo(suite().idp, departure))).location?.pathname).toBe('/inside');
    });

    it('T054: an answer to a sign-in that was begun more than ten minutes ago is refused', async () => {
      const departure = await depart(suite().gateway.a);
      const before = codesSent(suite().idp);
      await suite().database.loginTransaction.updateMany({ data: { expiresAt: new Date(0) } });
      expect((await comeBack(departure, answerTo(suite().idp, departure))).status).toBe(400);
      expect(codesSent(suite().idp)).toBe(before);
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
  });
});
