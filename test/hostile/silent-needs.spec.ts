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
import { ask } from '../support/plain-request.js';
import { ScriptedIdp } from '../support/scripted-idp.js';
import { messageOf, onwardOf } from '../support/silent.js';
import { Visitor } from '../support/visitor.js';

const PAGE = { 'x-csrf': '1' };

describe('a silent sign-in of a session that the IdP confirmed within the cool-down', () => {
  const apps = appsForSuite();
  let suite: GatewaySuite;
  /** front end with a service that wants the IdP's access token */
  let wanting: string;

  beforeAll(async () => {
    const [idp, url] = await Promise.all([ScriptedIdp.start(), freshDatabase('hub')]);
    const gateway = await startGateway(apps(), idp, url, {}, (usual) => {
      const services = { bank: { origin: 'http://127.0.0.1:9', credential: 'access_token' } };
      const [a, b] = usual.origins;
      return {
        ...usualSites(usual),
        services,
        frontEnds: [
          { origin: a, forwardAuth: true },
          { origin: b, services: ['bank'], forwardAuth: true },
        ],
      };
    });
    suite = { idp, gateway, database: new HubDatabase(url) };
    wanting = gateway.b;
  }, 90_000);
  afterAll(async () => {
    await suite.database.$disconnect();
    await suite.idp.stop();
  });

  /** Somebody whom the IdP confirmed half a minute ago. */
  const checkedLately = async (sub: string): Promise<Visitor> => {
    const { visitor } = await signIn(suite.idp, suite.gateway.a, sub, `${sub}-1`);
    const idpCheckedAt = new Date(Date.now() - 30_000);
    await suite.database.ssoSession.updateMany({ where: { sub }, data: { idpCheckedAt } });
    return visitor;
  };
  const change = (sub: string, columns: object) =>
    suite.database.ssoSession.updateMany({ where: { sub }, data: columns });

  it('asks nobody, in a frame and at top level', async () => {
    const { a } = suite.gateway;
    const visitor = await checkedLately('ann');
    expect(messageOf(await visitor.get(`${a}/bff/silent-login`))?.message.isLoggedIn).toBe(true);
    const seen = await visitor.get(`${a}/bff/login?prompt=none&returnUrl=/here`);
    expect(seen.location?.href).toBe(`${a}/here`);
  });

  it.each([
    ['a frame', 'silentLoginUrl'],
    ['top level', 'loginUrl'],
  ] as const)(
    'asks the IdP where less than that is enough for nobody, in %s, at the address that the refusal names',
    async (flow, key) => {
      const { a } = suite.gateway;
      const sub = `bob-${key}`;
      const visitor = await checkedLately(sub);
      const refused = await visitor.get(`${a}/bff/user`, { ...PAGE, 'x-max-idp-age': '10' });
      expect(refused.status).toBe(401);
      const address = (JSON.parse(refused.text) as Record<string, string>)[key] ?? '';
      const { location } = await visitor.get(`${a}${address}`);
      expect(location?.pathname).toBe('/authorize');
      const departure = { visitor, frontEnd: a, parameters: location!.searchParams };
      redeemFor(suite.idp, departure, { sub, sid: `${sub}-1` });
      const back = await comeBack(departure, answerTo(suite.idp, departure));
      if (flow === 'a frame') expect(messageOf(back)?.message.isLoggedIn).toBe(true);
      expect((await visitor.get(`${a}/bff/user`, { ...PAGE, 'x-max-idp-age': '10' })).status).toBe(200);
    },
  );

  it('takes the demand along when the browser must be given our cookie first', async () => {
    const seen = await new Visitor().get(`${suite.gateway.a}/bff/silent-login?max_idp_age=7`);
    expect(onwardOf(seen)).toContain('max_idp_age=7');
  });

  it.each(['0', '-1', '1.5', 'soon', ''])('refuses max_idp_age=%s', async (wrong) => {
    await expect(depart(suite.gateway.a, `prompt=none&max_idp_age=${wrong}`)).rejects.toThrow('bad-parameter');
  });

  it('sends a proxy’s visitor to the IdP who was confirmed too long ago for the proxy', async () => {
    const { a } = suite.gateway;
    const visitor = await checkedLately('cas');
    const headers = { 'x-forwarded-method': 'GET', 'x-forwarded-uri': '/page', 'sec-fetch-mode': 'navigate' };
    const asked = await ask(`${a}/bff/verify?maxIdpAge=10&redirect=1`, { headers, visitor });
    expect((await visitor.get(String(asked.headers.location))).location?.pathname).toBe('/authorize');
  });

  describe('and a front end whose services want access tokens', () => {
    it.each([
      ['was lost on the way', { refreshState: 'ambiguous', refreshSince: new Date(), accessExpiresAt: new Date(0) }],
      ['is not taken', { refreshState: 'refused', refreshSince: new Date(), accessExpiresAt: new Date(0) }],
      ['never was, and the access token has expired', { refreshToken: null, accessExpiresAt: new Date(0) }],
    ])('asks the IdP when the refresh token %s: only that brings tokens', async (why, columns) => {
      for (const path of ['login', 'silent-login']) {
        const sub = `dov ${path} ${why}`;
        const { visitor } = await signIn(suite.idp, wanting, sub, `${sub}-1`);
        await change(sub, columns);
        const departure = await depart(wanting, 'prompt=none&returnUrl=/here', visitor, path);
        redeemFor(suite.idp, departure, { sub, sid: `${sub}-1` });
        await comeBack(departure, answerTo(suite.idp, departure));
        expect((await userOf(visitor, wanting)).status).toBe(200);
        // it has tokens again: nobody is asked
        expect(messageOf(await visitor.get(`${wanting}/bff/silent-login`))?.message).toMatchObject({
          isLoggedIn: true,
        });
      }
    });

    it('asks nobody while there is one that works, or the refresh token does', async () => {
      for (const columns of [{}, { accessExpiresAt: new Date(0) }, { refreshToken: null }]) {
        const sub = `eve ${JSON.stringify(columns)}`;
        const { visitor } = await signIn(suite.idp, wanting, sub, `${sub}-1`);
        await change(sub, columns);
        expect(messageOf(await visitor.get(`${wanting}/bff/silent-login`))?.message.isLoggedIn).toBe(true);
      }
    });

    it('and is sent round no more often for it: once in a cool-down', async () => {
      const { visitor } = await signIn(suite.idp, wanting, 'finn', 'finn-1');
      await change('finn', { refreshState: 'refused', refreshSince: new Date(), accessExpiresAt: new Date(0) });
      const first = await visitor.get(`${wanting}/bff/silent-login`);
      expect(first.location?.pathname).toBe('/authorize');
      const { message } = messageOf(await visitor.get(`${wanting}/bff/silent-login`)) ?? {};
      expect(message).toMatchObject({ isLoggedIn: false, error: 'suppressed', retryAfterS: expect.any(Number) });
      expect((await userOf(visitor, wanting)).status).toBe(200);
    });

    it('but where no service of the front end wants any, nobody is asked for them', async () => {
      const { visitor } = await signIn(suite.idp, suite.gateway.a, 'gil', 'gil-1');
      await change('gil', { refreshState: 'refused', refreshSince: new Date(), accessExpiresAt: new Date(0) });
      const told = messageOf(await visitor.get(`${suite.gateway.a}/bff/silent-login`));
      expect(told?.message.isLoggedIn).toBe(true);
    });
  });

  it('a page whose frame is one too many for its address is told so, and when to try again', async () => {
    const limit = { SIGN_INS_PER_MINUTE: '1' };
    const { a, app } = await startGateway(apps(), suite.idp, await freshDatabase('hub'), limit);
    const visitor = new Visitor();
    await visitor.get(`${a}/bff/silent-login?rid=r1`);
    const told = messageOf(await visitor.get(`${a}/bff/silent-login?rid=r2`));
    expect(told?.message).toMatchObject({ error: 'suppressed', rid: 'r2', retryAfterS: expect.any(Number) });
    const stranger = await visitor.get(`${a}/bff/silent-login?origin=https%3A%2F%2Fevil.example`);
    expect([stranger.status, messageOf(stranger)]).toEqual([429, undefined]);
    expect((await visitor.get(`${a}/bff/login`)).status).toBe(429);
    await app.stop();
  }, 30_000);
});
