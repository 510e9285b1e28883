import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HubDatabase } from '#store';
import { appsForSuite } from '../support/apps.js';
import { freshDatabase } from '../support/databases.js';
import {
  answerTo,
  codesSent,
  comeBack,
  depart,
  type GatewayUnderTest,
  redeemFor,
  signIn,
  startGateway,
  usualSites,
  userOf,
} from '../support/gateway.js';
import { sendRaw } from '../support/raw-request.js';
import { ScriptedIdp } from '../support/scripted-idp.js';
import { forgetChecks, onwardOf } from '../support/silent.js';
import { Visitor } from '../support/visitor.js';

describe('one gateway with many sites', () => {
  const apps = appsForSuite();
  let first: ScriptedIdp;
  let second: ScriptedIdp;
  let database: HubDatabase;
  let gateway: GatewayUnderTest;
  let shop: string;
  let hr: string;

  beforeAll(async () => {
    const [one, two, url] = await Promise.all([ScriptedIdp.start(), ScriptedIdp.start(), freshDatabase('hub')]);
    [first, second, database] = [one, two, new HubDatabase(url)];
    gateway = await startGateway(apps(), first, url, { OTHER_SECRET: 'other' }, (usual) => {
      const [a, b] = usual.origins;
      const client = { id: 'gateway', secret: { env: 'OTHER_SECRET' }, auth: 'client_secret_post' };
      return {
        ...usualSites(usual),
        idps: { ...usualSites(usual).idps, other: { issuer: second.issuer, client } },
        frontEnds: [
          { origin: a, idp: 'main' },
          { origin: b, path: '/shop', idp: 'other' },
          { origin: b, path: '/hr', idp: 'main', cookie: { sameSite: 'strict' } },
        ],
      };
    });
    [shop, hr] = [`${gateway.b}/shop`, `${gateway.b}/hr`];
  }, 90_000);
  afterAll(async () => {
    await database.$disconnect();
    await Promise.all([first.stop(), second.stop()]);
  });

  it('signs in at each with its own IdP, redirect URI, secret and cookie', async () => {
    const visitor = new Visitor();
    for (const [site, idp, home] of [
      [gateway.a, first, '/'],
      [shop, second, '/shop/'],
      [hr, first, '/hr/'],
    ] as const) {
      const departure = await depart(site, '', visitor);
      expect(departure.parameters.get('redirect_uri')).toBe(`${site}/bff/callback`);
      redeemFor(idp, departure, { sub: `of ${home}`, sid: `sid ${home}` });
      const seen = await comeBack(departure, answerTo(idp, departure));
      if (site === hr)
        expect([seen.status, onwardOf(seen)]).toEqual([200, home]); // a page goes on: the strict cookie must go along
      else expect([seen.status, seen.location?.href]).toEqual([303, new URL(home, site).href]);
      expect((await userOf(visitor, site)).claims.get('sub')).toBe(`of ${home}`);
    }
    const names = async (url: string) => (await visitor.jar.getCookies(url)).map(({ key }) => key);
    expect(await names(gateway.a)).toEqual(expect.arrayContaining(['bff-session', 'bff-browser']));
    expect(await names(gateway.b)).toEqual(
      expect.arrayContaining(['bff-session-shop', 'bff-session-hr', 'bff-browser']),
    );
    expect(second.received.find(({ path }) => path === '/token')?.form.get('client_secret')).toBe('other');
    expect(await database.ssoSession.count({ where: { iss: first.issuer } })).toBe(2);
    expect(await database.ssoSession.count({ where: { iss: second.issuer } })).toBe(1);
  });

  it('never shows the session of one site at another, not even under the other’s cookie', async () => {
    const { visitor } = await signIn(second, shop, 'shopper', 'shopper-1');
    expect((await userOf(visitor, shop)).status).toBe(200);
    for (const site of [hr, gateway.a]) expect((await userOf(visitor, site)).status).toBe(401);
    const [cookie] = (await visitor.jar.getCookies(gateway.b)).filter(({ key }) => key === 'bff-session-shop');
    for (const [site, name] of [
      [hr, 'bff-session-hr'],
      [gateway.a, 'bff-session'],
    ] as const) {
      const forged = { 'x-csrf': '1', cookie: `${name}=${cookie?.value ?? ''}` };
      expect((await new Visitor().get(`${site}/bff/user`, forged)).status).toBe(401);
    }
  });

  it('signs out at one site, under its prefix, and at no other', async () => {
    const { visitor } = await signIn(second, shop, 'both', 'both-shop');
    await signIn(first, hr, 'both', 'both-hr', visitor);
    const url = String((await userOf(visitor, shop)).claims.get('bff:logout_url'));
    expect(url).toMatch(/^\/shop\/bff\/logout\?sid=/);
    expect((await visitor.get(`${hr}/bff/logout${new URL(url, gateway.b).search}`)).status).toBe(400);
    const seen = await visitor.get(`${gateway.b}${url}`);
    expect(seen.location?.origin).toBe(second.issuer);
    expect(seen.location?.searchParams.get('post_logout_redirect_uri')).toBe(`${shop}/bff/signed-out`);
    expect((await userOf(visitor, shop)).status).toBe(401);
    expect((await userOf(visitor, hr)).status).toBe(200);
    expect((await visitor.get(`${shop}/bff/signed-out`)).location?.href).toBe(`${shop}/`);
  });

  it('T057: two IdPs on one host: sign-ins begun side by side both end well', async () => {
    const visitor = new Visitor();
    const atShop = await depart(shop, 'returnUrl=/shop/cart', visitor);
    const atHr = await depart(hr, 'returnUrl=/hr/pay', visitor);
    redeemFor(second, atShop, { sub: 'side', sid: 'side-shop' });
    expect((await comeBack(atShop, answerTo(second, atShop))).location?.pathname).toBe('/shop/cart');
    redeemFor(first, atHr, { sub: 'side', sid: 'side-hr' });
    expect(onwardOf(await comeBack(atHr, answerTo(first, atHr)))).toBe('/hr/pay');
  });

  it('T057: the state of one site is worth nothing at another: no code goes to the wrong IdP', async () => {
    const departure = await depart(shop);
    redeemFor(first, departure, { sub: 'mixed', sid: 'mixed-1' });
    redeemFor(second, departure, { sub: 'mixed', sid: 'mixed-1' });
    const [before, beforeOther] = [codesSent(first), codesSent(second)];
    const elsewhere = { ...departure, frontEnd: hr };
    expect((await comeBack(elsewhere, answerTo(second, departure))).status).toBe(400);
    expect((await comeBack(elsewhere, answerTo(first, departure))).location?.href).toBe(`${hr}/bff/login`); // used up
    expect((await userOf(departure.visitor, hr)).status).toBe(401);
    expect([codesSent(first), codesSent(second)]).toEqual([before, beforeOther]);
  });

  it('an answer of one IdP does not end a sign-in at the other', async () => {
    const departure = await depart(shop);
    redeemFor(second, departure, { sub: 'victim', sid: 'victim-1' });
    const seen = await comeBack(departure, answerTo(second, departure, { iss: first.issuer }));
    expect(seen.status).toBe(400);
    expect(seen.text).toContain('href="/shop/bff/login"');
    expect((await userOf(departure.visitor, shop)).status).toBe(401);
  });

  it('begins a sign-in anew under its own prefix, when the IdP finishes an older one', async () => {
    const visitor = new Visitor();
    await depart(hr, '', visitor);
    const seen = await visitor.get(`${hr}/bff/callback?code=a-code&state=unknown-but-well-formed-state-000000000`);
    expect([seen.status, seen.location?.href]).toEqual([303, `${hr}/bff/login`]);
  });

  it('asks again without the hint under its own prefix', async () => {
    const { visitor } = await signIn(second, shop, 'hinted', 'hinted-1');
    await forgetChecks(database, 'hinted');
    const departure = await depart(shop, 'prompt=none&returnUrl=/shop/x', visitor);
    expect(departure.parameters.has('id_token_hint')).toBe(true);
    const { state, iss } = answerTo(second, departure);
    const seen = await comeBack(departure, { state, iss, error: 'invalid_request' });
    expect(seen.location?.origin).toBe(second.issuer);
    const again = seen.location!.searchParams;
    expect([again.get('prompt'), again.get('redirect_uri')]).toEqual(['none', `${shop}/bff/callback`]);
    expect(again.has('id_token_hint')).toBe(false);
    redeemFor(second, { ...departure, parameters: again }, { sub: 'hinted', sid: 'hinted-1' });
    const back = await comeBack(departure, answerTo(second, { ...departure, parameters: again }));
    expect(onwardOf(back)).toBe('/shop/x');
  });

  it('a logout token of one IdP ends nothing at the site of another, wherever it is sent', async () => {
    const { visitor } = await signIn(second, shop, 'same', 'same-1');
    await signIn(first, hr, 'same', 'same-1', visitor);
    const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
    const token = await first.sign(
      { aud: 'gateway', jti: 'cross-1', sub: 'same', sid: 'same-1', events },
      { typ: 'logout+jwt' },
    );
    const send = async (site: string) => {
      const body = new URLSearchParams({ logout_token: token });
      return (await fetch(`${site}/bff/backchannel`, { method: 'POST', body })).status;
    };
    expect(await send(shop)).toBe(200); // a client has one address at its IdP; the token says whose it is
    expect((await userOf(visitor, shop)).status).toBe(200);
    expect((await userOf(visitor, hr)).status).toBe(401);
    expect(await send(hr)).toBe(200);
    expect((await userOf(visitor, shop)).status).toBe(200);
  });

  it.each([
    ['another path', '/bff/user'],
    ['a prefix that only begins alike', '/shopping/bff/user'],
    ['a prefix that is written otherwise', '/%73hop/bff/user'],
    ['a second slash', '//shop/bff/user'],
  ])('knows no site at %s: 421', async (_name, path) => {
    const { visitor } = await signIn(second, shop, 'lost', `lost-${path}`);
    const cookie = await visitor.jar.getCookieString(gateway.b);
    const seen = await sendRaw(gateway.b, path, { headers: { 'x-csrf': '1', cookie } });
    expect([seen.status, JSON.parse(seen.text)]).toEqual([
      421,
      expect.objectContaining({ type: 'urn:sso:problem:unknown-host' }),
    ]);
  });

  it.each(['unknown.example', 'localhost', '127.0.0.1:1'])('knows no site of the host %s: 421', async (host) => {
    for (const path of ['/bff/user', '/bff/login', '/shop/bff/login', '/']) {
      const headers = { host, 'x-csrf': '1', 'x-forwarded-host': new URL(gateway.b).host };
      const seen = await sendRaw(gateway.b, path, { headers });
      expect([seen.status, seen.headers['set-cookie'], seen.headers.location]).toEqual([421, undefined, undefined]);
    }
  });

  it('takes a whole address at its word, not the Host header', async () => {
    const { visitor } = await signIn(second, shop, 'whole', 'whole-1');
    const cookie = await visitor.jar.getCookieString(gateway.b);
    const headers = { 'x-csrf': '1', cookie, host: 'unknown.example' };
    expect((await sendRaw(gateway.b, `${shop}/bff/user`, { headers })).status).toBe(200);
    const lying = { ...headers, host: new URL(gateway.b).host };
    expect((await sendRaw(gateway.b, 'http://unknown.example/shop/bff/user', { headers: lying })).status).toBe(421);
  });
});
