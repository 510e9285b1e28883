import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, exportJWK, generateKeyPair, type JWK } from 'jose';
import { stringify } from 'yaml';
import { SystemClock } from '#http';
import { OidcError } from '#oidc';
import { AssertionVerifier } from '#session-sync';
import { HubDatabase } from '#store';
import { appsForSuite, type RunningApp } from '../support/apps.js';
import { freshDatabase } from '../support/databases.js';
import { freePort } from '../support/free-port.js';
import { signIn, startGateway, usualSites } from '../support/gateway.js';
import { ScriptedIdp } from '../support/scripted-idp.js';
import { until } from '../support/until.js';
import { ask, Upstream } from '../support/upstream.js';
import type { Visitor } from '../support/visitor.js';

const GATEWAY = 'http://gateway.test';
/** as long as a service waits before it fetches the keys again */
const COOL_DOWN_MS = 5_000;

describe('services behind the gateway', () => {
  const apps = appsForSuite();
  let idp: ScriptedIdp;
  let service: Upstream;

  beforeAll(async () => {
    [idp, service] = await Promise.all([ScriptedIdp.start(), Upstream.start()]);
  }, 90_000);
  afterAll(async () => {
    service.stop();
    await idp.stop();
  });

  it('are told when the IdP last confirmed the session, and may ask for that to be lately', async () => {
    const url = await freshDatabase('hub');
    const database = new HubDatabase(url);
    const { a, app } = await startGateway(apps(), idp, url, { SESSION_MEMORY: '0' }, (usual) => {
      const { origin } = service;
      const services = {
        notes: { origin },
        bank: { origin, maxIdpAgeS: 60 },
        api: { origin, credential: 'access_token' },
      };
      return {
        ...usualSites(usual),
        services,
        frontEnds: [{ origin: usual.origins[0], services: Object.keys(services) }],
      };
    });
    const { visitor } = await signIn(idp, a, 'ana', 'ana-1');
    const get = (path: string, headers = {}) => ask(visitor, a, path, { headers });
    const confirm = (secondsAgo: number) =>
      database.ssoSession.updateMany({ data: { idpCheckedAt: new Date(Date.now() - secondsAgo * 1000) } });

    expect([(await get('/bff/api/notes/x')).status, (await get('/bff/api/bank/x')).status]).toEqual([200, 200]);
    await confirm(100);
    expect((await get('/bff/api/notes/x')).status).toBe(200);
    const first = service.last.headers.authorization ?? '';
    const checkedAt = (await database.ssoSession.findFirstOrThrow()).idpCheckedAt;
    expect(decodeJwt(first.slice('Bearer '.length)).idp_checked_at).toBe(checkedAt.getTime() / 1000);
    await get('/bff/api/notes/y');
    expect(service.last.headers.authorization).toBe(first);

    const late = await get('/bff/api/bank/x');
    expect([late.status, JSON.parse(late.text)]).toEqual([
      401,
      {
        type: 'urn:sso:problem:idp-check-needed',
        title: expect.any(String),
        status: 401,
        instance: expect.any(String),
        maxIdpAgeS: 60,
        idpCheckedAt: checkedAt.toISOString(),
        silentLoginUrl: '/bff/silent-login?max_idp_age=60',
        loginUrl: '/bff/login?prompt=none&max_idp_age=60',
      },
    ]);
    for (const path of ['/bff/api/notes/x', '/bff/user']) {
      expect((await get(path, { 'x-max-idp-age': '3600' })).status).toBe(200);
      expect((await get(path, { 'x-max-idp-age': '90' })).problem).toBe('idp-check-needed');
      for (const wrong of ['0', '-1', '1.5', 'soon', ''])
        expect((await get(path, { 'x-max-idp-age': wrong })).status).toBe(400);
    }
    expect((await get('/bff/api/bank/x', { 'x-max-idp-age': '3600' })).problem).toBe('idp-check-needed'); // only stricter
    await confirm(0);
    expect((await get('/bff/api/bank/x')).status).toBe(200);
    await get('/bff/api/notes/x');
    expect(service.last.headers.authorization).not.toBe(first);
    await database.$disconnect();
    await app.stop();
  }, 90_000);

  describe('and the keys of the assertions', () => {
    let balancer: Server;
    let fetchedAt = 0;
    let gateways: (RunningApp & { readonly visitor: Visitor })[] = [];

    beforeAll(async () => {
      balancer = createServer((_request, response) => void serveKeys().then((keys) => response.end(keys)));
      await new Promise<void>((resolve) => balancer.listen(0, '127.0.0.1', resolve));
    });
    afterAll(() => {
      balancer.close();
    });

    /** The keys, from any gateway that runs, as a load balancer does it. */
    async function serveKeys(): Promise<string> {
      fetchedAt = performance.now();
      for (const { port } of [...gateways].reverse()) {
        const keys = await fetch(`http://localhost:${port}/.well-known/jwks.json`).then(
          (answer) => answer.text(),
          () => undefined,
        );
        if (keys !== undefined) return keys;
      }
      throw new Error('no gateway runs');
    }

    async function newKey(alg: 'ES256' | 'EdDSA', kid: string): Promise<JWK> {
      const { privateKey } = await generateKeyPair(alg, { extractable: true });
      return { ...(await exportJWK(privateKey)), kid };
    }

    it('are replaced, in three steps of two replicas each, without one request refused', async () => {
      const hub = await freshDatabase('hub');
      const [old, young] = [await newKey('ES256', 'old'), await newKey('EdDSA', 'young')];
      const ports = [await freePort(), await freePort()];
      const origins = ports.map((port) => `http://localhost:${port}`);
      const usual = usualSites({ issuer: idp.issuer, origins });
      const start = (port: number, keys: readonly JWK[]) =>
        apps().start('gateway', {
          ...{
            PORT: String(port),
            HUB_DATABASE_URL: hub,
            GATEWAY_URL: GATEWAY,
            CLIENT_SECRET: 'secret-of-the-gateway',
          },
          ...{ ASSERTION_KEYS: JSON.stringify({ keys }), TOKEN_KEYS: apps().tokenKeys },
          FRONT_ENDS: stringify({
            ...usual,
            services: { notes: { origin: service.origin } },
            // two ports of one host share cookies
            frontEnds: usual.frontEnds.map((frontEnd, at) => ({ ...frontEnd, cookie: { name: `bff-session-${at}` } })),
          }),
        });
      for (const [at, port] of ports.entries()) {
        const app = await start(port, [old]);
        gateways.push({ ...app, visitor: (await signIn(idp, origins[at]!, `person-${at}`, `${at}`)).visitor });
      }
      const jwksUrl = `http://127.0.0.1:${(balancer.address() as AddressInfo).port}/`;
      const source = { gateway: GATEWAY, jwksUrl, service: 'notes', trustedIssuer: idp.issuer };
      const verifier = new AssertionVerifier(source, new SystemClock());
      service.answer = (request, response) => {
        void verifier.verify(request.headers.authorization?.slice('Bearer '.length) ?? '').then(
          ({ sub }) => response.end(sub),
          (error: unknown) => response.writeHead(error instanceof OidcError ? 401 : 503).end(String(error)),
        );
      };
      const answers = () =>
        Promise.all(
          gateways.map(async ({ port, visitor }) => {
            const { status, text } = await ask(visitor, `http://localhost:${port}`, '/bff/api/notes/x');
            return [status, text];
          }),
        );
      const everybody = [
        [200, 'person-0'],
        [200, 'person-1'],
      ];
      expect(await answers()).toEqual(everybody);
      for (const keys of [[old, young], [young, old], [young]]) {
        await until('a service may fetch the keys', () =>
          performance.now() - fetchedAt > COOL_DOWN_MS ? true : undefined,
        );
        for (const [at, port] of ports.entries()) {
          const { visitor, ...app } = gateways[at]!;
          await app.stop();
          const restarted = { ...(await start(port, keys)), visitor };
          gateways = gateways.map((gateway, place) => (place === at ? restarted : gateway));
          expect(await answers()).toEqual(everybody);
        }
      }
      const published = JSON.parse(await serveKeys()) as { readonly keys: readonly JWK[] };
      expect(published.keys.map(({ kid, alg, d }) => [kid, alg, d])).toEqual([['young', 'EdDSA', undefined]]);
    }, 180_000);
  });
});
