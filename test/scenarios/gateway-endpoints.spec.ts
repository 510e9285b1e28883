import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HubDatabase } from '#store';
import { appsForSuite } from '../support/apps.js';
import { freshDatabase } from '../support/databases.js';
import {
  answerTo,
  comeBack,
  depart,
  type GatewaySuite,
  signIn,
  startGateway,
  userOf,
  usualSites,
} from '../support/gateway.js';
import { ScriptedIdp } from '../support/scripted-idp.js';
import { signedInLongAgo } from '../support/silent.js';
import { until } from '../support/until.js';

describe('an IdP whose discovery document names no introspection, revocation and end-session endpoint', () => {
  const apps = appsForSuite();
  let suite: GatewaySuite;
  beforeAll(async () => {
    const [idp, url] = await Promise.all([ScriptedIdp.start(), freshDatabase('hub')]);
    idp.metadata = { introspection_endpoint: undefined, end_session_endpoint: undefined };
    const gateway = await startGateway(apps(), idp, url, {}, (usual) => {
      const { issuer } = usual;
      const endpoints = {
        introspection: `${issuer}/own-introspection`,
        revocation: `${issuer}/own-revocation`,
        endSession: `${issuer}/own-end?tenant=1`,
      };
      const main = { ...usualSites(usual).idps.main, endpoints, tokensEndWithSession: true };
      return { ...usualSites(usual), idps: { main } };
    });
    suite = { idp, gateway, database: new HubDatabase(url) };
  }, 90_000);
  afterAll(async () => {
    await suite.database.$disconnect();
    await suite.idp.stop();
  });

  it('a sign-out goes on to the one of the front ends’ file, and the refresh token is revoked there', async () => {
    const { idp, gateway } = suite;
    idp.paths.set('/own-revocation', () => ({ status: 200, body: '' }));
    const { visitor } = await signIn(idp, gateway.a, 'ana', 'ana-1');
    const url = String((await userOf(visitor, gateway.a)).claims.get('bff:logout_url'));
    const { location } = await visitor.get(`${gateway.a}${url}`);
    expect([location?.origin, location?.pathname]).toEqual([idp.issuer, '/own-end']);
    expect(location?.searchParams.get('tenant')).toBe('1');
    expect(location?.searchParams.get('post_logout_redirect_uri')).toBe(`${gateway.a}/bff/signed-out`);
    const revoked = await until('the refresh token is revoked', () =>
      idp.received.find(({ path }) => path === '/own-revocation'),
    );
    expect(revoked.form.get('token')).toBe('a-refresh-token');
  });

  it('a login_required that contradicts itself is asked about there', async () => {
    const { idp, gateway } = suite;
    for (const [active, status] of [
      [true, 200],
      [false, 401],
    ] as const) {
      idp.paths.set('/own-introspection', () => ({ status: 200, body: { active, sub: `ben-${active}` } }));
      const { visitor } = await signedInLongAgo(suite, `ben-${active}`);
      const departure = await depart(gateway.a, 'prompt=none', visitor);
      const { state, iss } = answerTo(idp, departure);
      await comeBack(departure, { state, iss, error: 'login_required' });
      expect((await userOf(visitor, gateway.a)).status).toBe(status);
    }
    expect(idp.received.filter(({ path }) => path === '/own-introspection')).toHaveLength(2);
  });
});
