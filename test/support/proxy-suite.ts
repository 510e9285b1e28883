import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { appsForSuite } from './apps.js';
import { freshDatabase } from './databases.js';
import { type GatewayUnderTest, signIn, startGateway, usualSites } from './gateway.js';
import { ScriptedIdp } from './scripted-idp.js';
import { ask, Upstream } from './upstream.js';
import type { Visitor } from './visitor.js';

/** A gateway before one web server that is many services, and somebody who is signed in. */
export interface ProxySuite {
  readonly idp: ScriptedIdp;
  readonly service: Upstream;
  readonly gateway: GatewayUnderTest;
  readonly visitor: Visitor;
}

/** Starts it for the specs of this file; before each of them the web server answers `ok`. */
export function proxySuite(): () => ProxySuite {
  const apps = appsForSuite();
  let suite: ProxySuite;
  beforeAll(async () => {
    const [idp, service] = await Promise.all([ScriptedIdp.start(), Upstream.start()]);
    const { origin } = service;
    const gateway = await startGateway(apps(), idp, await freshDatabase('hub'), {}, (usual) => {
      const services = {
        notes: { origin },
        scoped: { origin, paths: ['/v1/', '/public'] },
        slow: { origin, timeoutS: 0.3 },
        away: { origin: 'http://127.0.0.1:9' },
        bare: { origin, credential: 'none' },
        elsewhere: { origin },
      };
      const [a, b] = usual.origins;
      const names = Object.keys(services).filter((name) => name !== 'elsewhere');
      const frontEnds = [
        { origin: a, services: names },
        { origin: a, path: '/shop', services: ['notes'] },
        { origin: b, services: ['elsewhere'] },
      ];
      return { ...usualSites(usual), services, frontEnds };
    });
    const { visitor } = await signIn(idp, gateway.a, 'ana', 'ana-1');
    suite = { idp, service, gateway, visitor };
  }, 90_000);
  beforeEach(() => {
    suite.service.answer = (_request, response) => response.end('ok');
  });
  afterAll(async () => {
    suite.service.stop();
    await suite.idp.stop();
  });
  return () => suite;
}

/** Asks as a page of the first front end does. */
export const getter =
  (suite: () => ProxySuite) =>
  (path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): ReturnType<typeof ask> =>
    ask(suite().visitor, suite().gateway.a, path, { method, headers });
