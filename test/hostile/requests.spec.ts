import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { gatewayForSuite, signIn, userOf } from '../support/gateway.js';
import { Visitor } from '../support/visitor.js';

describe('the gateway, as a process, and what a browser may ask', () => {
  const suite = gatewayForSuite();

  describe('what a browser may ask', () => {
    it('T085: nothing without the CSRF header, before anything is looked up', async () => {
      const { visitor } = await signIn(suite().idp, suite().gateway.a, 'csrf', 'csrf-1');
      for (const path of ['/bff/user', '/bff/api/notes/notes']) {
        const seen = await visitor.get(`${suite().gateway.a}${path}`);
        expect(seen.status).toBe(403);
        expect(JSON.parse(seen.text)).toMatchObject({ type: 'urn:sso:problem:csrf-header-missing' });
      }
    });

    it('T086: a page of another site can sign nobody out', async () => {
      const { visitor } = await signIn(suite().idp, suite().gateway.a, 'stays', 'stays-1');
      for (const query of ['', '?sid=', '?sid=00000000-0000-7000-8000-000000000000']) {
        expect((await visitor.get(`${suite().gateway.a}/bff/logout${query}`)).status).toBe(400);
      }
      expect((await userOf(visitor, suite().gateway.a)).status).toBe(200);
    });

    it('a cookie of one front end is worth nothing at another', async () => {
      const { visitor } = await signIn(suite().idp, suite().gateway.a, 'onehost', 'onehost-1');
      const [cookie] = (await visitor.jar.getCookies(suite().gateway.a)).filter(({ key }) => key === 'bff-session');
      const seen = await new Visitor().get(`${suite().gateway.b}/bff/user`, {
        'x-csrf': '1',
        cookie: `bff-session=${cookie?.value ?? ''}`,
      });
      expect(seen.status).toBe(401);
    });

    it('signs out here first, then at the IdP with the hint', async () => {
      const { visitor } = await signIn(suite().idp, suite().gateway.a, 'leaves', 'leaves-1');
      const url = String((await userOf(visitor, suite().gateway.a)).claims.get('bff:logout_url'));
      const seen = await visitor.get(`${suite().gateway.a}${url}`);
      expect(seen.location?.origin).toBe(suite().idp.issuer);
      expect(seen.location?.searchParams.get('post_logout_redirect_uri')).toBe(`${suite().gateway.a}/bff/signed-out`);
      expect(seen.location?.searchParams.has('id_token_hint')).toBe(true);
      expect((await userOf(visitor, suite().gateway.a)).status).toBe(401);
    });

    it('answers 401 as JSON, and 404 for a service that it does not know', async () => {
      const anonymous = await new Visitor().get(`${suite().gateway.a}/bff/api/notes/notes`, { 'x-csrf': '1' });
      expect(anonymous.status).toBe(401);
      expect(anonymous.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      const { visitor } = await signIn(suite().idp, suite().gateway.a, 'curious', 'curious-1');
      expect((await visitor.get(`${suite().gateway.a}/bff/api/unknown/x`, { 'x-csrf': '1' })).status).toBe(404);
      const down = await visitor.get(`${suite().gateway.a}/bff/api/notes/x`, { 'x-csrf': '1' });
      expect([down.status, JSON.parse(down.text).type]).toEqual([502, 'urn:sso:problem:service-unavailable']);
    });

    it('tells people of an error in a page, and programs in JSON, both with the id of the request', async () => {
      const address = `${suite().gateway.a}/bff/login?prompt=never`;
      const program = await new Visitor().get(address);
      expect([program.status, JSON.parse(program.text)]).toEqual([
        400,
        expect.objectContaining({
          type: 'urn:sso:problem:bad-parameter',
          instance: `urn:uuid:${program.headers.get('x-request-id') ?? ''}`,
        }),
      ]);
      const person = await new Promise<IncomingMessage>((resolve) => {
        get(address, { headers: { 'sec-fetch-mode': 'navigate' } }, resolve); // fetch says of itself that it is a program
      });
      expect([person.statusCode, person.headers['content-type']]).toEqual([400, 'text/html; charset=utf-8']);
      const page = await text(person);
      expect(page).toContain(person.headers['x-request-id']);
      expect(page).not.toContain('never');
    });

    it('T090: its pages can’t be framed', async () => {
      const seen = await new Visitor().get(`${suite().gateway.a}/bff/callback`);
      expect(seen.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    });

    it('signs out also when the tokens can’t be decrypted: here first', async () => {
      const { visitor } = await signIn(suite().idp, suite().gateway.a, 'unlucky', 'unlucky-1');
      const url = String((await userOf(visitor, suite().gateway.a)).claims.get('bff:logout_url'));
      await suite().database.ssoSession.updateMany({ where: { sub: 'unlucky' }, data: { idToken: 'v1.gone.AAAA' } });
      expect((await visitor.get(`${suite().gateway.a}${url}`)).status).toBe(303);
      expect((await suite().database.ssoSession.findFirstOrThrow({ where: { sub: 'unlucky' } })).endCause).toBe(
        'rp_initiated',
      );
    });

    it('when somebody else signs in with the same browser, the first person is signed out everywhere', async () => {
      const { visitor } = await signIn(suite().idp, suite().gateway.a, 'first', 'first-1');
      await signIn(suite().idp, suite().gateway.a, 'second', 'second-1', visitor);
      expect((await userOf(visitor, suite().gateway.a)).claims.get('sub')).toBe('second');
      expect((await suite().database.ssoSession.findFirstOrThrow({ where: { sub: 'first' } })).endCause).toBe(
        'silent_check',
      );
    });
  });
});
