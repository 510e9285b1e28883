import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HubDatabase } from '#store';
import { appsForSuite } from '../support/apps.js';
import { freshDatabase } from '../support/databases.js';
import {
  answerTo,
  comeBack,
  depart,
  type GatewaySuite,
  redeemFor,
  signIn,
  startGateway,
  userOf,
  usualSites,
} from '../support/gateway.js';
import { ScriptedIdp } from '../support/scripted-idp.js';
import { endCoolDowns, messageOf, onwardOf, signedInLongAgo } from '../support/silent.js';
import { Visitor } from '../support/visitor.js';

const EMBEDDER = 'https://embedder.example';

describe('requests for a silent sign-in', () => {
  const apps = appsForSuite();
  let suite: GatewaySuite;
  beforeAll(async () => {
    const [idp, url] = await Promise.all([ScriptedIdp.start(), freshDatabase('hub')]);
    const gateway = await startGateway(apps(), idp, url, {}, ({ issuer, origins: [a = '', b = ''] }) => {
      const file = usualSites({ issuer, origins: [a] });
      const main = { ...file.idps.main, tokensEndWithSession: true };
      const frontEnds = [
        { origin: a, embedding: [EMBEDDER] },
        { origin: b, cookie: { sameSite: 'strict' } },
        { origin: b, path: '/shop' },
      ];
      return { ...file, idps: { main }, frontEnds };
    });
    suite = { idp, gateway, database: new HubDatabase(url) };
  }, 90_000);
  afterAll(async () => {
    await suite.database.$disconnect();
    await suite.idp.stop();
  });

  describe('that is asked again within the cool-down', () => {
    it('gets a page at top level, a message in a frame, and /bff/user says when it is worth while again', async () => {
      const departure = await depart(suite.gateway.a, 'prompt=none&returnUrl=/here');
      const { visitor } = departure;
      const { state, iss } = answerTo(suite.idp, departure);
      await comeBack(departure, { state, iss, error: 'login_required' });
      const again = await visitor.get(`${suite.gateway.a}/bff/login?prompt=none&returnUrl=/here`);
      expect([again.status, again.location, onwardOf(again)]).toEqual([200, undefined, undefined]);
      expect(again.text).toContain('You are not signed in');
      expect(again.text).toContain('href="/bff/login?returnUrl=%2Fhere"');
      expect(again.text).toContain('href="/here?silent=suppressed');
      expect(again.text).toContain('Reference: ');
      const frame = await depart(suite.gateway.a, 'rid=r', visitor, 'silent-login');
      expect(frame.parameters.get('prompt')).toBe('none'); // a frame has an attempt of its own
      const told = messageOf(await visitor.get(`${suite.gateway.a}/bff/silent-login?rid=r2`));
      expect(told?.message).toMatchObject({ isLoggedIn: false, error: 'suppressed', rid: 'r2' });
      const user = await visitor.get(`${suite.gateway.a}/bff/user`, { 'x-csrf': '1' });
      const { silentRetryAfterS } = JSON.parse(user.text) as { silentRetryAfterS: number };
      for (const seconds of [silentRetryAfterS, told?.message.retryAfterS ?? 0]) {
        expect(seconds).toBeGreaterThan(0);
        expect(seconds).toBeLessThanOrEqual(60);
      }
    });

    it('is answered without the IdP where it has just confirmed the session; at top level once', async () => {
      const { visitor } = await signIn(suite.idp, suite.gateway.a, 'fresh', 'fresh-1');
      const frame = messageOf(await visitor.get(`${suite.gateway.a}/bff/silent-login?rid=r`));
      expect(frame?.message).toMatchObject({ isLoggedIn: true });
      const first = await visitor.get(`${suite.gateway.a}/bff/login?prompt=none&returnUrl=/here`);
      expect(first.location?.href).toBe(`${suite.gateway.a}/here`);
      const second = await visitor.get(`${suite.gateway.a}/bff/login?prompt=none&returnUrl=/here`);
      expect([second.status, second.location]).toEqual([200, undefined]);
      expect(second.text).toContain('You are signed in');
      await endCoolDowns(suite.database);
      const stronger = await depart(suite.gateway.a, 'prompt=none&max_age=0', visitor);
      expect(stronger.parameters.get('prompt')).toBe('none');
    });

    it('has attempts of its own at each front end', async () => {
      const { visitor } = await depart(suite.gateway.b, 'prompt=none');
      const other = await depart(`${suite.gateway.b}/shop`, 'prompt=none', visitor);
      expect(other.parameters.get('redirect_uri')).toBe(`${suite.gateway.b}/shop/bff/callback`);
    });
  });

  describe('that can’t be served', () => {
    const silently = (query: string, visitor = new Visitor()) =>
      visitor.get(`${suite.gateway.a}/bff/silent-login?${query}`);

    it.each(['prompt=evil', 'max_age=-1', 'returnUrl=/&returnUrl=/', `login_hint=${'x'.repeat(300)}`])(
      '%s: a page that embeds the frame is told so, and need not wait',
      async (query) => {
        const told = messageOf(await silently(`${query}&rid=r&origin=${encodeURIComponent(EMBEDDER)}`));
        expect(told?.to).toBe(EMBEDDER);
        expect(told?.message).toMatchObject({ isLoggedIn: false, error: 'failed', reason: 'bad_parameter', rid: 'r' });
        expect((await new Visitor().get(`${suite.gateway.a}/bff/login?${query}`)).status).toBe(400);
      },
    );

    it('is told to nobody whom the front end does not name', async () => {
      for (const origin of ['https://evil.example', `${EMBEDDER}/`, 'null', 'https://EMBEDDER.example'])
        expect((await silently(`rid=r&origin=${encodeURIComponent(origin)}`)).status).toBe(403);
      expect((await silently(`rid=r&origin=${EMBEDDER}&origin=${EMBEDDER}`)).status).toBe(400);
    });

    it('because the browser keeps no cookies: the page is told, and nobody leaves for the IdP', async () => {
      const first = await silently('rid=r');
      const onward = `${suite.gateway.a}${onwardOf(first) ?? ''}`;
      expect(first.location).toBeUndefined();
      const blocked = messageOf(await new Visitor().get(onward));
      expect(blocked?.message).toMatchObject({ error: 'failed', reason: 'cookies_blocked', rid: 'r' });
      const top = await new Visitor().get(`${suite.gateway.a}/bff/login?prompt=none`);
      const page = await new Visitor().get(`${suite.gateway.a}${onwardOf(top) ?? ''}`);
      expect([page.status, page.location]).toEqual([200, undefined]);
      expect(page.text).toContain('keeps no cookies');
    });

    it('is told to the page that embeds it at the end too, and to exactly that one', async () => {
      const origin = encodeURIComponent(EMBEDDER);
      const departure = await depart(suite.gateway.a, `rid=r&origin=${origin}`, new Visitor(), 'silent-login');
      redeemFor(suite.idp, departure, { sub: 'mallory', nonce: 'another' });
      const seen = await comeBack(departure, answerTo(suite.idp, departure));
      expect(messageOf(seen)).toMatchObject({ to: EMBEDDER, message: { error: 'failed', rid: 'r' } });
      expect(seen.headers.get('content-security-policy')).toContain(`frame-ancestors ${EMBEDDER};`);
    });
  });

  describe('of two tabs at once', () => {
    it.each(['two-tabs-1', undefined])(
      'leave both signed in, and a request with the cookie from before is served for a moment (IdP session %s)',
      async (sid) => {
        const sub = `two-tabs-${String(sid)}`;
        const visitor = new Visitor();
        await signIn(suite.idp, suite.gateway.a, sub, sid!, visitor);
        const late = new Visitor();
        for (const { key, value } of await visitor.jar.getCookies(suite.gateway.a))
          await late.jar.setCookie(`${key}=${value}; Path=/`, suite.gateway.a);
        const tabs = [await depart(suite.gateway.a, '', visitor), await depart(suite.gateway.a, '', visitor)];
        suite.idp.token = async (form) => {
          const nonce = form.get('code') ?? '';
          const id_token = await suite.idp.sign({ aud: 'gateway', nonce, sub, sid });
          return { status: 200, body: { id_token, access_token: 'a', token_type: 'Bearer' } };
        };
        const cookies: string[] = [];
        await Promise.all(
          tabs.map(async (tab) => {
            const code = tab.parameters.get('nonce') ?? '';
            const seen = await comeBack(tab, answerTo(suite.idp, tab, { code }));
            expect(seen.status).toBe(303);
            cookies.push(seen.headers.getSetCookie().join());
          }),
        );
        expect((await userOf(visitor, suite.gateway.a)).status).toBe(200);
        expect((await userOf(late, suite.gateway.a)).status).toBe(200);
        for (const line of cookies) {
          const tab = new Visitor();
          await tab.jar.setCookie(line, suite.gateway.a);
          expect((await userOf(tab, suite.gateway.a)).status).toBe(200);
        }
        expect(await suite.database.ssoSession.count({ where: { sub, endedAt: null } })).toBe(1);
      },
    );
  });

  it('GW-15: a Strict cookie goes with the next request, since a page of ours sends it: from callback and silent alike', async () => {
    const departure = await depart(suite.gateway.b, 'returnUrl=/in%3Fa%3D"</script>%26b');
    redeemFor(suite.idp, departure, { sub: 'strict', sid: 'strict-1' });
    const seen = await comeBack(departure, answerTo(suite.idp, departure));
    expect([seen.status, seen.location]).toEqual([200, undefined]);
    expect(seen.headers.getSetCookie().join()).toContain('SameSite=Strict');
    expect(onwardOf(seen)).toBe('/in?a=%22%3C/script%3E&b');
    const [, nonce] = /script-src 'nonce-([^']+)'/.exec(seen.headers.get('content-security-policy') ?? '') ?? [];
    expect(seen.text).toContain(`<script nonce="${nonce ?? ''}">location.replace(`);
    expect(seen.text).toContain('<a id="on" href="/in?a=%22%3C/script%3E&#38;b">');
    expect(seen.headers.get('cache-control')).toBe('no-store');
  });

  describe('login_required though the IdP calls a token of the session active', () => {
    const refuse = async (sub: string) => {
      const { visitor } = await signedInLongAgo(suite, sub);
      const departure = await depart(suite.gateway.a, 'prompt=none', visitor);
      const { state, iss } = answerTo(suite.idp, departure);
      const seen = await comeBack(departure, { state, iss, error: 'login_required' });
      expect(seen.location?.searchParams.get('silent')).toBe('login_required');
      return (await userOf(visitor, suite.gateway.a)).status;
    };

    it('keeps the session: the person is signed in there, and does not want it to happen by itself', async () => {
      suite.idp.introspection = () => ({ status: 200, body: { active: true, sub: 'shy' } });
      expect(await refuse('shy')).toBe(200);
    });

    it.each<[string, () => { status: number; body: unknown }, number]>([
      ['says inactive', () => ({ status: 200, body: { active: false } }), 401],
      ['does not offer to be asked', () => ({ status: 404, body: {} }), 401],
      ['says active and no name, which it need not', () => ({ status: 200, body: { active: true } }), 200],
      ['means somebody else', () => ({ status: 200, body: { active: true, sub: 'somebody-else' } }), 200],
      ['refuses us', () => ({ status: 401, body: { error: 'invalid_client' } }), 200],
      ['says nothing that can be read', () => ({ status: 200, body: 'a page' }), 200],
      ['can’t say just now', () => ({ status: 503, body: {} }), 200],
    ])('ends it only on a word about it, also when it %s', async (name, introspection, status) => {
      suite.idp.introspection = introspection;
      expect(await refuse(`left-${name.length}`)).toBe(status);
    });
  });
});
