import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { appsForSuite } from '../support/apps.js';
import { freshDatabase } from '../support/databases.js';
import { type GatewayUnderTest, signIn, startGateway, usualSites } from '../support/gateway.js';
import { ScriptedIdp } from '../support/scripted-idp.js';
import { until } from '../support/until.js';
import { Upstream } from '../support/upstream.js';

describe('the gateway, as a process, in front of a service, and when it is told to stop', () => {
  const apps = appsForSuite();
  let idp: ScriptedIdp;
  let service: Upstream;
  let url: string;
  let gateway: GatewayUnderTest;
  let status = 200;

  beforeAll(async () => {
    idp = await ScriptedIdp.start();
    url = await freshDatabase('hub');
    service = await Upstream.start();
    service.answer = (_request, response) => {
      response
        .writeHead(status, { 'content-type': 'application/json', 'set-cookie': 'bff-session=stolen' })
        .end('{"here":true}');
    };
    gateway = await startGateway(apps(), idp, url, {}, (usual) => ({
      ...usualSites(usual),
      services: { notes: { origin: service.origin } },
    }));
  }, 90_000);
  afterAll(async () => {
    service.stop();
    await idp.stop();
  });

  it('passes on path, query and body, with an assertion in place of the browser’s secrets and claims', async () => {
    const { visitor } = await signIn(idp, gateway.a, 'ana', 'ana-1');
    const forged = {
      authorization: 'Bearer forged',
      'x-forwarded-user': 'root',
      'x-real-ip': '1.2.3.4',
      'x-original-url': '/admin',
    };
    const seen = await visitor.get(`${gateway.a}/bff/api/notes/a/b?c=d`, { 'x-csrf': '1', ...forged });
    expect([seen.status, seen.text, seen.headers.get('set-cookie')]).toEqual([200, '{"here":true}', null]);
    const { url: path, headers } = service.last;
    expect(path).toBe('/a/b?c=d');
    expect(headers.authorization).toMatch(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/);
    for (const name of ['cookie', 'x-csrf', 'x-forwarded-user', 'x-real-ip', 'x-original-url'])
      expect(headers[name]).toBeUndefined();
  });

  it('asks a service that answers 503 once: it may be catching up', async () => {
    const { visitor } = await signIn(idp, gateway.a, 'bea', 'bea-1');
    status = 503;
    const before = service.received.length;
    expect((await visitor.get(`${gateway.a}/bff/api/notes/x`, { 'x-csrf': '1' })).status).toBe(503);
    expect(service.received.length - before).toBe(1);
    status = 200;
  });

  it('finishes a logout that is under way when it is told to stop: no ending is lost', async () => {
    await signIn(idp, gateway.a, 'cleo', 'cleo-1');
    const database = new pg.Client({ connectionString: url });
    await database.connect();
    try {
      await database.query('BEGIN');
      await database.query(`SELECT 1 FROM "SsoSession" WHERE "sub" = 'cleo' FOR UPDATE`);
      const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
      const token = await idp.sign({ aud: 'gateway', jti: 'stop-1', sid: 'cleo-1', events }, { typ: 'logout+jwt' });
      const answer = fetch(`${gateway.a}/bff/backchannel`, {
        method: 'POST',
        body: new URLSearchParams({ logout_token: token }),
      });
      await until('the logout waits for the row', async () => {
        const { rowCount } = await database.query(
          `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        return rowCount === 0 ? undefined : true;
      });
      const stopped = gateway.app.stop();
      await until('the gateway takes no more requests', () =>
        fetch(`${gateway.a}/health/live`, { headers: { connection: 'close' } }).then(
          ({ status: live }) => (live === 200 ? undefined : true),
          () => true,
        ),
      );
      await database.query('COMMIT');
      expect((await answer).status).toBe(200);
      await stopped;
      const { rows } = await database.query<{ readonly endCause: string }>(
        `SELECT "endCause" FROM "SsoSession" WHERE "sub" = 'cleo'`,
      );
      expect(rows[0]?.endCause).toBe('backchannel_logout');
    } finally {
      await database.end();
    }
  });
});
