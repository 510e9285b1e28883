import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import { HubDatabase } from '#store';
import { appsForSuite } from '../support/apps.js';
import { freshDatabase } from '../support/databases.js';
import {
  comeBack,
  depart,
  type GatewayUnderTest,
  redeemFor,
  signIn,
  startGateway,
  userOf,
} from '../support/gateway.js';
import { ScriptedIdp } from '../support/scripted-idp.js';
import { Visitor } from '../support/visitor.js';

describe('the gateway, as a process, against hostile browsers and IdPs', () => {
  const apps = appsForSuite();
  let idp: ScriptedIdp;
  let gateway: GatewayUnderTest;
  let database: HubDatabase;

  beforeAll(async () => {
    idp = await ScriptedIdp.start();
    const url = await freshDatabase('hub');
    database = new HubDatabase(url);
    gateway = await startGateway(apps(), idp, url);
  }, 90_000);
  afterAll(async () => {
    await database.$disconnect();
    await idp.stop();
  });

  const codesSent = () => idp.received.filter(({ path }) => path === '/token').length;
  const answerTo = (departure: { parameters: URLSearchParams }, changes: Readonly<Record<string, string>> = {}) => ({
    code: 'a-code',
    state: departure.parameters.get('state') ?? '',
    iss: idp.issuer,
    ...changes,
  });

  describe('the authorization request', () => {
    it('asks for a code with PKCE S256, a nonce and a state, and names the registered redirect URI', async () => {
      const { parameters } = await depart(gateway.a);
      expect(parameters.get('response_type')).toBe('code');
      expect(parameters.get('code_challenge_method')).toBe('S256');
      expect(parameters.get('redirect_uri')).toBe(`${gateway.a}/bff/callback`);
      for (const name of ['state', 'nonce', 'code_challenge']) expect(parameters.get(name)).toMatch(/^[\w-]{43}$/);
      expect(parameters.has('prompt')).toBe(false);
    });

    it('T073: takes no address from Host or X-Forwarded-Host', async () => {
      const visitor = new Visitor();
      const forwarded = await visitor.get(`${gateway.a}/bff/login`, { 'x-forwarded-host': 'evil.example' });
      expect(forwarded.location?.searchParams.get('redirect_uri')).toBe(`${gateway.a}/bff/callback`);
    });

    it('sends the verifier that belongs to the challenge', async () => {
      const departure = await depart(gateway.a);
      redeemFor(idp, departure, { sub: 'pkce' });
      await comeBack(departure, answerTo(departure));
      const verifier = idp.received.findLast(({ path }) => path === '/token')?.form.get('code_verifier') ?? '';
      expect(createHash('sha256').update(verifier).digest('base64url')).toBe(
        departure.parameters.get('code_challenge'),
      );
    });
  });

  describe('the callback', () => {
    it('signs in and goes to the return URL of the request, whatever the callback says (T081)', async () => {
      const departure = await depart(gateway.a, 'returnUrl=/inside%3Fa%3D1');
      redeemFor(idp, departure, { sub: 'ana', name: 'Ana' });
      const seen = await comeBack(departure, answerTo(departure, { returnUrl: 'https://evil.example/' }));
      expect(seen.status).toBe(303);
      expect(seen.location?.href).toBe(`${gateway.a}/inside?a=1`);
      expect(seen.headers.get('cache-control')).toBe('no-store');
      const user = await userOf(departure.visitor, gateway.a);
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
      const { visitor } = await signIn(idp, gateway.a, 'steady', 'steady-1');
      const pending = await depart(gateway.a, 'returnUrl=/later', visitor);
      const seen = await visitor.get(`${gateway.a}/bff/callback?${new URLSearchParams(query).toString()}`);
      expect(seen.status).toBe(400);
      expect(seen.text).not.toContain('script>');
      expect(seen.text).not.toContain('forged');
      expect((await userOf(visitor, gateway.a)).status).toBe(200);
      redeemFor(idp, pending, { sub: 'steady', sid: 'steady-1' });
      expect((await comeBack(pending, answerTo(pending))).location?.pathname).toBe('/later'); // the genuine one still completes
    });

    it('T052: refuses a parameter that stands twice', async () => {
      const departure = await depart(gateway.a);
      const state = departure.parameters.get('state') ?? '';
      const seen = await departure.visitor.get(
        `${gateway.a}/bff/callback?code=a&code=b&state=${state}&iss=${encodeURIComponent(idp.issuer)}`,
      );
      expect(seen.status).toBe(400);
    });

    it('T044: a replayed answer sends no code a second time; it starts the sign-in once more, never twice', async () => {
      const departure = await depart(gateway.a);
      redeemFor(idp, departure, { sub: 'replay' });
      await comeBack(departure, answerTo(departure));
      const before = codesSent();
      const again = await comeBack(departure, answerTo(departure));
      expect(again.location?.href).toBe(`${gateway.a}/bff/login`);
      expect((await comeBack(departure, answerTo(departure))).status).toBe(400);
      expect(codesSent()).toBe(before);
    });

    it('another browser can do nothing with a state that it has seen (login CSRF)', async () => {
      const departure = await depart(gateway.a);
      const before = codesSent();
      const other = { ...departure, visitor: new Visitor() };
      await depart(gateway.a, '', other.visitor);
      const seen = await comeBack(other, answerTo(departure));
      expect(seen.location?.pathname).toBe('/bff/login');
      expect(codesSent()).toBe(before);
      expect((await userOf(other.visitor, gateway.a)).status).toBe(401);
    });

    it.each<[string, Record<string, string>]>([
      ['T049: iss with a trailing slash', { iss: 'SLASH' }],
      ['T049: iss of another IdP', { iss: 'https://evil.example' }],
      ['T050: an error with the iss of another IdP', { iss: 'https://evil.example', error: 'login_required' }],
      ['T048: no iss though the metadata announce it', { iss: '' }],
    ])('%s: refused, and the code is not sent anywhere', async (_name, changes) => {
      const departure = await depart(gateway.a);
      const before = codesSent();
      const iss = changes['iss'] === 'SLASH' ? `${idp.issuer}/` : changes['iss'];
      const { code, state } = answerTo(departure);
      const query = {
        state,
        ...(changes['error'] === undefined ? { code } : { error: changes['error'] }),
        ...(iss === '' ? {} : { iss: iss! }),
      };
      const seen = await comeBack(departure, query);
      expect(seen.status).toBe(400);
      expect(codesSent()).toBe(before);
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
      const departure = await depart(gateway.a);
      redeemFor(idp, departure, { sub: 'mallory', ...claims }, header);
      expect((await comeBack(departure, answerTo(departure))).status).toBe(400);
      expect((await userOf(departure.visitor, gateway.a)).status).toBe(401);
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
            .sign(Buffer.from(JSON.stringify(idp.keys.publicJwk))),
        (claims: object) =>
          new SignJWT({ ...claims })
            .setProtectedHeader({ alg: 'HS256' })
            .sign(Buffer.from('secret-of-the-gateway-and-more-of-it')),
      ]) {
        const departure = await depart(gateway.a);
        const claims = {
          iss: idp.issuer,
          aud: 'gateway',
          sub: 'mallory',
          iat: now,
          exp: now + 60,
          nonce: departure.parameters.get('nonce'),
        };
        const idToken = await forge(claims);
        idp.token = () => ({ status: 200, body: { id_token: idToken, access_token: 'x', token_type: 'Bearer' } });
        expect((await comeBack(departure, answerTo(departure))).status).toBe(400);
        expect((await userOf(departure.visitor, gateway.a)).status).toBe(401);
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
      ['HTML', () => ({ status: 200, body: '<h1>hello</h1>' }), 400],
      ['500', () => ({ status: 500, body: {} }), 503],
      [
        '300 KB',
        () => ({ status: 200, body: { id_token: 'x'.repeat(300_000), access_token: 'x', token_type: 'Bearer' } }),
        503,
      ],
    ])('a token endpoint that answers %s signs nobody in', async (_name, answer, status) => {
      const departure = await depart(gateway.a);
      idp.token = answer;
      expect((await comeBack(departure, answerTo(departure))).status).toBe(status);
      expect((await userOf(departure.visitor, gateway.a)).status).toBe(401);
    });

    it('T053: takes no POST', async () => {
      const { visitor } = await depart(gateway.a);
      const seen = await visitor.send(`${gateway.a}/bff/callback`, {
        method: 'POST',
        body: new URLSearchParams({ code: 'x', state: 'y' }),
      });
      expect([404, 405]).toContain(seen.status);
    });

    it('T071: the cookie after signing in is never the one from before', async () => {
      const { visitor } = await signIn(idp, gateway.a, 'fixed', 'fixed-1');
      const [before] = (await visitor.jar.getCookies(gateway.a)).filter(({ key }) => key === 'bff-session');
      await signIn(idp, gateway.a, 'fixed', 'fixed-1', visitor);
      const [after] = (await visitor.jar.getCookies(gateway.a)).filter(({ key }) => key === 'bff-session');
      expect(after?.value).not.toBe(before?.value);
      expect(after).toMatchObject({ httpOnly: true, sameSite: 'lax', path: '/' });
      expect(after?.domain).toBe('localhost');
      expect(after?.hostOnly).toBe(true);
    });
  });

  describe('silent sign-in', () => {
    it('asks with prompt=none, and names the person that this browser has', async () => {
      const { visitor } = await signIn(idp, gateway.a, 'hinted', 'hinted-1');
      const { parameters } = await depart(gateway.a, 'prompt=none', visitor);
      expect(parameters.get('prompt')).toBe('none');
      expect(parameters.has('id_token_hint')).toBe(true);
      expect((await depart(gateway.a, 'prompt=none')).parameters.has('id_token_hint')).toBe(false);
    });

    it.each([
      ['login_required', 'login_required'],
      ['consent_required', 'consent_required'],
      ['interaction_required', 'interaction_required'],
      ['account_selection_required', 'account_selection_required'],
      ['unmet_authentication_requirements', 'interaction_required'],
      ['temporarily_unavailable', 'unavailable'],
      ['server_error', 'unavailable'],
      ['access_denied', 'denied'],
      ['something_new', 'failed'],
    ])('top level, %s without a session: back at the return URL with silent=%s', async (error, outcome) => {
      const departure = await depart(gateway.a, 'prompt=none&returnUrl=/x%3Fa%3D1%23top');
      const { state, iss } = answerTo(departure);
      const seen = await comeBack(departure, { error, state, iss });
      expect(seen.location?.href).toBe(`${gateway.a}/x?a=1&silent=${outcome}#top`);
    });

    it('login_required at top level with a hint ends the local session; every other refusal keeps it', async () => {
      for (const [error, status] of [
        ['consent_required', 200],
        ['server_error', 200],
        ['access_denied', 200],
        ['login_required', 401],
      ] as const) {
        const { visitor } = await signIn(idp, gateway.a, 'leaver', `leaver-${error}`);
        const departure = await depart(gateway.a, 'prompt=none', visitor);
        const { state, iss } = answerTo(departure);
        await comeBack(departure, { error, state, iss });
        expect((await userOf(visitor, gateway.a)).status).toBe(status);
      }
      const ended = await database.ssoSession.findMany({ where: { sub: 'leaver', endedAt: { not: null } } });
      expect(ended.map(({ endCause }) => endCause)).toEqual(['silent_check']);
    });

    it('login_required in an iframe ends nothing: the IdP may not have been shown its cookie', async () => {
      const { visitor } = await signIn(idp, gateway.a, 'framed', 'framed-1');
      const departure = await depart(gateway.a, 'rid=r1', visitor, 'silent-login');
      const { state, iss } = answerTo(departure);
      const seen = await comeBack(departure, { error: 'login_required', state, iss });
      expect(seen.status).toBe(200);
      expect(seen.text).toContain(
        '"source":"bff-silent-login","v":1,"isLoggedIn":false,"error":"login_required","rid":"r1"',
      );
      expect(seen.text).toContain(`, "${gateway.a}");`);
      expect(seen.text).not.toContain("'*'");
      expect(seen.headers.get('content-security-policy')).toContain(`frame-ancestors ${gateway.a}`);
      expect(seen.headers.get('x-frame-options')).toBeNull();
      expect((await userOf(visitor, gateway.a)).status).toBe(200);
    });

    it('the iframe’s page carries neither token nor person', async () => {
      const departure = await depart(gateway.b, 'rid=r2', new Visitor(), 'silent-login');
      redeemFor(idp, departure, { sub: 'secretive', sid: 's' });
      const seen = await comeBack(departure, answerTo(departure));
      expect(seen.text).toContain('"isLoggedIn":true');
      expect(seen.text).not.toContain('secretive');
      expect((await userOf(departure.visitor, gateway.b)).claims.get('sub')).toBe('secretive');
    });

    it('refuses to post to an origin that is not the front end’s', async () => {
      const seen = await new Visitor().get(
        `${gateway.a}/bff/silent-login?rid=x&origin=${encodeURIComponent('https://evil.example')}`,
      );
      expect(seen.status).toBe(403);
    });

    it('T068: when another person answers, the original is signed out and the other is not signed in', async () => {
      const { visitor } = await signIn(idp, gateway.a, 'original', 'original-1');
      const departure = await depart(gateway.a, 'prompt=none', visitor);
      redeemFor(idp, departure, { sub: 'other', sid: 'other-1' });
      const seen = await comeBack(departure, answerTo(departure));
      expect(seen.location?.searchParams.get('silent')).toBe('account_changed');
      expect((await userOf(visitor, gateway.a)).status).toBe(401);
      expect(await database.ssoSession.count({ where: { sub: 'other' } })).toBe(0);
      expect((await database.ssoSession.findFirstOrThrow({ where: { sub: 'original' } })).endCause).toBe(
        'silent_check',
      );
    });

    it('asks again without the hint when the IdP does not take it, once', async () => {
      const { visitor } = await signIn(idp, gateway.a, 'oldhint', 'oldhint-1');
      const departure = await depart(gateway.a, 'prompt=none&returnUrl=/back', visitor);
      const { state, iss } = answerTo(departure);
      const seen = await comeBack(departure, { error: 'invalid_request', state, iss });
      const again = await depart(gateway.a, seen.location?.search.slice(1) ?? '', visitor);
      expect(again.parameters.has('id_token_hint')).toBe(false);
      const last = await comeBack(again, { error: 'invalid_request', state: again.parameters.get('state') ?? '', iss });
      expect(last.location?.href).toBe(`${gateway.a}/back?silent=failed`);
      expect((await userOf(visitor, gateway.a)).status).toBe(200);
    });
  });

  describe('what a browser may ask', () => {
    it('T085: nothing without the CSRF header, before anything is looked up', async () => {
      const { visitor } = await signIn(idp, gateway.a, 'csrf', 'csrf-1');
      for (const path of ['/bff/user', '/bff/api/notes/notes']) {
        const seen = await visitor.get(`${gateway.a}${path}`);
        expect(seen.status).toBe(403);
        expect(JSON.parse(seen.text)).toMatchObject({ type: 'urn:sso:problem:csrf-header-missing' });
      }
    });

    it('T086: a page of another site can sign nobody out', async () => {
      const { visitor } = await signIn(idp, gateway.a, 'stays', 'stays-1');
      for (const query of ['', '?sid=', '?sid=00000000-0000-7000-8000-000000000000']) {
        expect((await visitor.get(`${gateway.a}/bff/logout${query}`)).status).toBe(400);
      }
      expect((await userOf(visitor, gateway.a)).status).toBe(200);
    });

    it('a cookie of one front end is worth nothing at another', async () => {
      const { visitor } = await signIn(idp, gateway.a, 'onehost', 'onehost-1');
      const [cookie] = (await visitor.jar.getCookies(gateway.a)).filter(({ key }) => key === 'bff-session');
      const seen = await new Visitor().get(`${gateway.b}/bff/user`, {
        'x-csrf': '1',
        cookie: `bff-session=${cookie?.value ?? ''}`,
      });
      expect(seen.status).toBe(401);
    });

    it('signs out here first, then at the IdP with the hint', async () => {
      const { visitor } = await signIn(idp, gateway.a, 'leaves', 'leaves-1');
      const url = String((await userOf(visitor, gateway.a)).claims.get('bff:logout_url'));
      const seen = await visitor.get(`${gateway.a}${url}`);
      expect(seen.location?.origin).toBe(idp.issuer);
      expect(seen.location?.searchParams.get('post_logout_redirect_uri')).toBe(`${gateway.a}/`);
      expect(seen.location?.searchParams.has('id_token_hint')).toBe(true);
      expect((await userOf(visitor, gateway.a)).status).toBe(401);
    });

    it('answers 401 as JSON, and 404 for a service that it does not know', async () => {
      const anonymous = await new Visitor().get(`${gateway.a}/bff/api/notes/notes`, { 'x-csrf': '1' });
      expect(anonymous.status).toBe(401);
      expect(anonymous.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      const { visitor } = await signIn(idp, gateway.a, 'curious', 'curious-1');
      expect((await visitor.get(`${gateway.a}/bff/api/unknown/x`, { 'x-csrf': '1' })).status).toBe(404);
      const down = await visitor.get(`${gateway.a}/bff/api/notes/x`, { 'x-csrf': '1' });
      expect([down.status, JSON.parse(down.text).type]).toEqual([502, 'urn:sso:problem:service-unavailable']);
    });

    it('T090: its pages can’t be framed', async () => {
      const seen = await new Visitor().get(`${gateway.a}/bff/callback`);
      expect(seen.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    });
  });
});
