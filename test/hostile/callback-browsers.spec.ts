import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { appsForSuite } from '../support/apps.js';
import { freshDatabase } from '../support/databases.js';
import {
  answerTo,
  codesSent,
  comeBack,
  depart,
  gatewayForSuite,
  redeemFor,
  signIn,
  startGateway,
  userOf,
  usualSites,
} from '../support/gateway.js';
import { ScriptedIdp } from '../support/scripted-idp.js';
import { Visitor } from '../support/visitor.js';

describe('the callback, and which browser comes', () => {
  const suite = gatewayForSuite();

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

  it('a browser that keeps no cookies sees one redirect to the IdP, and then a page that says why', async () => {
    const departure = await depart(suite().gateway.a);
    const before = codesSent(suite().idp);
    const seen = await comeBack({ ...departure, visitor: new Visitor() }, answerTo(suite().idp, departure));
    expect(seen.status).toBe(400);
    expect(seen.location).toBeUndefined();
    expect(seen.text).toContain('Allow cookies for this site');
    expect(codesSent(suite().idp)).toBe(before);
  });

  it('T053: takes no POST, nor any other method but GET', async () => {
    const { visitor } = await depart(suite().gateway.a);
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const body = new URLSearchParams({ code: 'x', state: 'y' });
      const seen = await visitor.send(`${suite().gateway.a}/bff/callback`, { method, body });
      expect([method, seen.status, seen.headers.get('allow')]).toEqual([method, 405, 'GET']);
      expect(JSON.parse(seen.text)).toMatchObject({ type: 'urn:sso:problem:method-not-allowed', status: 405 });
    }
  });

  it('T053: HEAD uses nothing up: the sign-in still completes', async () => {
    const departure = await depart(suite().gateway.a);
    const before = codesSent(suite().idp);
    redeemFor(suite().idp, departure, { sub: 'scanned' });
    const answer = answerTo(suite().idp, departure);
    const url = `${suite().gateway.a}/bff/callback?${new URLSearchParams(answer).toString()}`;
    const seen = await departure.visitor.send(url, { method: 'HEAD' });
    expect([seen.status, seen.headers.get('allow')]).toEqual([405, 'GET']);
    expect(codesSent(suite().idp)).toBe(before);
    expect((await comeBack(departure, answer)).location?.pathname).toBe('/inside');
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

describe('two IdPs on one host name, behind two front ends on another', () => {
  const apps = appsForSuite();
  let [one, two]: ScriptedIdp[] = [];
  let [home, shop] = ['', ''];

  beforeAll(async () => {
    [one, two] = await Promise.all([ScriptedIdp.start(), ScriptedIdp.start()]);
    const started = await startGateway(apps(), one, await freshDatabase('hub'), {}, (about) => {
      const usual = usualSites(about);
      const [origin] = about.origins;
      return {
        ...usual,
        idps: { one: { ...usual.idps.main }, two: { ...usual.idps.main, issuer: two!.issuer } },
        frontEnds: [
          { origin, idp: 'one' },
          { origin, idp: 'two', path: '/shop' },
        ],
      };
    });
    [home, shop] = [started.a, `${started.a}/shop`];
  }, 90_000);
  afterAll(() => Promise.all([one?.stop(), two?.stop()]));

  it('T057: sign-ins of one browser at both do not touch one another', async () => {
    const visitor = new Visitor();
    const atHome = await depart(home, 'returnUrl=/inside', visitor);
    const atShop = await depart(shop, 'returnUrl=/shop/inside', visitor);
    redeemFor(two!, atShop, { sub: 'of-two' });
    expect((await comeBack(atShop, answerTo(two!, atShop))).location?.pathname).toBe('/shop/inside');
    redeemFor(one!, atHome, { sub: 'of-one' });
    expect((await comeBack(atHome, answerTo(one!, atHome))).location?.pathname).toBe('/inside');
    expect((await userOf(visitor, home)).claims.get('sub')).toBe('of-one');
    expect((await userOf(visitor, shop)).claims.get('sub')).toBe('of-two');
  });

  it('T057: what one answers to the request of the other is refused, and no code is sent to either', async () => {
    const departure = await depart(home);
    const before = [codesSent(one!), codesSent(two!)];
    expect((await comeBack(departure, answerTo(two!, departure))).status).toBe(400);
    const again = await depart(home);
    expect((await comeBack({ ...again, frontEnd: shop }, answerTo(two!, again))).status).toBe(400);
    expect([codesSent(one!), codesSent(two!)]).toEqual(before);
  });
});
