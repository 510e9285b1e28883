import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { TestClock } from '../../../test/support/clock.js';
import { ScriptedIdp, type Scripted } from '../../../test/support/scripted-idp.js';
import { IdpClient, type IdpClientOptions } from './idp-client.js';

let idp: ScriptedIdp;
beforeAll(async () => {
  idp = await ScriptedIdp.start();
});
afterAll(() => idp.stop());
beforeEach(() => {
  idp.paths.clear();
  idp.metadata = {};
});

const clientWith = (changes: Partial<IdpClientOptions> = {}, clock = new TestClock()) =>
  new IdpClient(
    {
      ...{ issuer: idp.issuer, internalOrigin: undefined, unsafePlainHttp: false, clientId: 'gateway' },
      ...{ authentication: { method: 'client_secret_basic', secret: 'a-secret' }, ...changes },
    },
    clock,
  );

describe('what an IdP says of itself', () => {
  it('is completed from the configuration, and contradicted by it in nothing', async () => {
    idp.metadata = { introspection_endpoint: undefined, revocation_endpoint: `${idp.issuer}/its-own` };
    const endpoints = {
      introspection: 'https://i.example/',
      revocation: 'https://r.example/',
      endSession: 'https://e.example/',
    };
    expect(await clientWith({ endpoints }).metadata()).toMatchObject({
      introspectionEndpoint: 'https://i.example/',
      revocationEndpoint: `${idp.issuer}/its-own`,
      endSessionEndpoint: `${idp.issuer}/logout`,
    });
  });

  it('stays known through an outage', async () => {
    const clock = new TestClock();
    const client = clientWith({}, clock);
    const { tokenEndpoint } = await client.metadata();
    idp.paths.set('/.well-known/openid-configuration', () => ({ status: 503, body: {} }));
    clock.advance(11 * 60_000);
    expect((await client.metadata()).tokenEndpoint).toBe(tokenEndpoint);
  });

  it('may have moved within its own origin', async () => {
    const document = {
      issuer: idp.issuer,
      authorization_endpoint: `${idp.issuer}/a`,
      token_endpoint: `${idp.issuer}/t`,
    };
    idp.paths.set('/.well-known/openid-configuration', () => ({
      status: 301,
      body: {},
      headers: { location: '/moved' },
    }));
    idp.paths.set('/moved', () => ({ status: 200, body: { ...document, jwks_uri: `${idp.issuer}/jwks` } }));
    expect((await clientWith().metadata()).tokenEndpoint).toBe(`${idp.issuer}/t`);
  });
});

describe('a pushed authorization request', () => {
  const push = async (answer: Scripted) => {
    idp.paths.set('/par', () => answer);
    return clientWith().pushAuthorizationRequest(`${idp.issuer}/par`, { client_id: 'gateway', scope: 'openid' });
  };
  const GOOD = { request_uri: 'urn:example:1', expires_in: 60 };

  it('carries the whole request, and says who sends it', async () => {
    expect(await push({ status: 201, body: GOOD })).toEqual({
      kind: 'pushed',
      requestUri: 'urn:example:1',
      expiresInS: 60,
    });
    const sent = idp.received.findLast(({ path }) => path === '/par');
    expect(Object.fromEntries(sent?.form ?? [])).toEqual({ client_id: 'gateway', scope: 'openid' });
    expect(sent?.authorization).toBe(`Basic ${Buffer.from('gateway:a-secret').toString('base64')}`);
  });

  it.each<[string, Scripted, object]>([
    [
      'refuses the client',
      { status: 401, body: { error: 'invalid_client' } },
      { kind: 'refused', error: 'invalid_client' },
    ],
    [
      'refuses the request',
      { status: 400, body: { error: 'invalid_scope' } },
      { kind: 'refused', error: 'invalid_scope' },
    ],
    ['fails', { status: 500, body: { error: 'server_error' } }, { kind: 'unavailable' }],
    ['has no such endpoint', { status: 404, body: 'not here' }, { kind: 'unavailable' }],
    ['gives a page', { status: 201, body: '<h1>hello</h1>' }, { kind: 'unavailable' }],
    ['gives no request_uri', { status: 201, body: { expires_in: 60 } }, { kind: 'unavailable' }],
    ['gives one that is over', { status: 201, body: { ...GOOD, expires_in: 0 } }, { kind: 'unavailable' }],
    ['gives an error that is no code', { status: 400, body: { error: 'a\nsign_in.ok' } }, { kind: 'unavailable' }],
  ])('is judged when the IdP %s', async (_name, answer, outcome) => {
    expect(await push(answer)).toMatchObject(outcome);
  });
});
