import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { TestClock } from '../../../test/support/clock.js';
import { freePort } from '../../../test/support/free-port.js';
import { ScriptedIdp } from '../../../test/support/scripted-idp.js';
import { IdpClient } from './idp-client.js';

describe('a refresh token that is sent', () => {
  let idp: ScriptedIdp;
  const servers: Server[] = [];
  beforeAll(async () => {
    idp = await ScriptedIdp.start();
  });
  afterEach(() => {
    idp.metadata = {};
    for (const server of servers.splice(0)) server.close();
  });
  afterAll(() => idp.stop());

  const clientOf = (issuer: string) =>
    new IdpClient(
      {
        ...{ issuer, internalOrigin: undefined, unsafePlainHttp: false, clientId: 'gateway' },
        authentication: { method: 'client_secret_basic', secret: 'secret-of-the-gateway' },
      },
      new TestClock(),
    );

  /** A server that has a connection, and does with it what a test says. */
  async function serverThat(does: (socket: Socket) => void): Promise<string> {
    const server = createServer(does);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('goes out once, as the client, and the answer comes back as it is', async () => {
    idp.token = () => ({ status: 403, body: { error: 'invalid_grant' } });
    const outcome = await clientOf(idp.issuer).refresh('the-refresh-token');
    expect(outcome).toMatchObject({ kind: 'answered', status: 403, body: { error: 'invalid_grant' } });
    const sent = idp.received.filter(({ path }) => path === '/token');
    expect(sent.map(({ form }) => Object.fromEntries(form))).toEqual([
      { grant_type: 'refresh_token', refresh_token: 'the-refresh-token' },
    ]);
    expect(sent[0]?.authorization).toMatch(/^Basic /);
  });

  it('was never sent when nobody listens there, or the IdP is not there at all', async () => {
    const nobody = `http://127.0.0.1:${await freePort()}`;
    idp.metadata = { token_endpoint: `${nobody}/token` };
    expect(await clientOf(idp.issuer).refresh('r')).toEqual({ kind: 'not_sent', reason: 'econnrefused' });
    expect(await clientOf(nobody).refresh('r')).toEqual({ kind: 'not_sent', reason: 'idp_unavailable' });
  });

  it('was never sent when the name leads nowhere', async () => {
    idp.metadata = { token_endpoint: 'https://idp.invalid/token' };
    expect(await clientOf(idp.issuer).refresh('r')).toMatchObject({ kind: 'not_sent' });
  });

  it('is never sent in clear text to another machine', async () => {
    idp.metadata = { token_endpoint: 'http://idp.example.com/token' };
    expect(await clientOf(idp.issuer).refresh('r')).toMatchObject({ kind: 'not_sent' });
  });

  it('may have been taken when the connection breaks after the request', async () => {
    const server = await serverThat((socket) => socket.once('data', () => socket.resetAndDestroy()));
    idp.metadata = { token_endpoint: `http://${server}/token` };
    expect(await clientOf(idp.issuer).refresh('r')).toMatchObject({ kind: 'lost' });
  });

  it('may have been taken when the answer ends in the middle', async () => {
    const server = await serverThat((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"access')),
    );
    idp.metadata = { token_endpoint: `http://${server}/token` };
    expect(await clientOf(idp.issuer).refresh('r')).toMatchObject({ kind: 'lost' });
  });
});
