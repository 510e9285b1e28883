import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { appsForSuite } from '../support/apps.js';
import { freshDatabase } from '../support/databases.js';
import { type GatewayUnderTest, signIn, startGateway, usualSites } from '../support/gateway.js';
import { ask } from '../support/plain-request.js';
import { ScriptedIdp } from '../support/scripted-idp.js';
import type { Visitor } from '../support/visitor.js';

describe('a trusted proxy that asks about a path with several readings', () => {
  const apps = appsForSuite();
  let idp: ScriptedIdp;
  let gateway: GatewayUnderTest;
  let ana: Visitor;

  beforeAll(async () => {
    idp = await ScriptedIdp.start();
    const env = { TRUSTED_PROXIES: '127.0.0.1' };
    gateway = await startGateway(apps(), idp, await freshDatabase('hub'), env, (usual) => {
      const { origins } = usual;
      const frontEnds = [{ origin: origins[0] }, { origin: origins[0], path: '/hr' }, { origin: origins[1] }].map(
        (entry) => ({ ...entry, forwardAuth: true }),
      );
      return { ...usualSites(usual), frontEnds };
    });
    ({ visitor: ana } = await signIn(idp, gateway.a, 'ana', 'ana-1'));
  }, 90_000);
  afterAll(() => idp.stop());

  const verify = async (uri: string, at = gateway.a) => {
    const cookie = await ana.jar.getCookieString(gateway.a);
    const forwarded = { 'x-forwarded-host': new URL(at).host, 'x-forwarded-uri': uri, 'x-forwarded-method': 'GET' };
    return (await ask(`${gateway.a}/bff/verify`, { headers: { host: 'gateway.internal', cookie, ...forwarded } }))
      .status;
  };

  it('takes the session of the front end that all of them name', async () => {
    expect(await verify('/page?x=/hr')).toBe(204);
    expect(await verify('/100%25%20caf%C3%A9')).toBe(204);
    expect(await verify('/hr/page')).toBe(401);
  });

  it.each([
    '/%68r/page',
    '//hr/page',
    '/x/../hr/page',
    '/x/%2e%2e/hr/page',
    '/x/..%2fhr',
    '/\\hr/page',
    '/%2fhr/page',
    '/%zz',
  ])('lets nobody of one front end pass to another by %s', async (uri) => {
    expect(await verify(uri)).toBe(421);
  });

  it('lets the browser choose no host by it', async () => {
    expect(await verify('/page', gateway.b)).toBe(401);
    expect(await verify(`${gateway.a}/page`, gateway.b)).toBe(421);
  });
});
