import { getEventListeners, once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { TestClock } from '../../../test/support/clock.js';
import { FullPort } from '../../../test/support/full-port.js';
import { ScriptedIdp, type Scripted } from '../../../test/support/scripted-idp.js';
import { IdpClient, type IdpClientOptions } from './idp-client.js';
import { IdpHttp } from './idp-http.js';
import { wasNeverSent } from './never-sent.js';
import { namesNextPage } from './next-page.js';

const TIMEOUT_MS = 300;
const CODE = { code: 'c', redirectUri: 'https://a.example.com/bff/callback', codeVerifier: 'v'.repeat(43) };

let idp: ScriptedIdp;
let elsewhere: ScriptedIdp;
beforeAll(async () => {
  [idp, elsewhere] = await Promise.all([ScriptedIdp.start(), ScriptedIdp.start()]);
});
afterAll(() => Promise.all([idp.stop(), elsewhere.stop()]));
beforeEach(() => {
  idp.paths.clear();
  idp.metadata = { pushed_authorization_request_endpoint: `${idp.issuer}/par` };
});

const clientWith = (changes: Partial<IdpClientOptions> = {}) =>
  new IdpClient(
    {
      ...{ issuer: idp.issuer, internalOrigin: undefined, unsafePlainHttp: false, clientId: 'gateway' },
      ...{ authentication: { method: 'client_secret_post', secret: 'a-secret' }, timeoutMs: TIMEOUT_MS, ...changes },
    },
    new TestClock(),
  );

/** Every request that is ever sent to an IdP, each by the path that it goes to. */
const REQUESTS: readonly (readonly [path: string, ask: (client: IdpClient) => Promise<unknown>])[] = [
  ['/.well-known/openid-configuration', (client) => client.metadata()],
  ['/jwks', async (client) => client.keys()({ alg: 'RS256', kid: 'k1' }, { payload: '', signature: '' })],
  ['/token', (client) => client.exchangeCode(CODE)],
  ['/par', (client) => client.pushAuthorizationRequest(`${idp.issuer}/par`, { scope: 'openid' })],
  ['/introspect', (client) => client.introspect('t', 'access_token', new AbortController().signal)],
];

/** What came of it: everything but a usable answer counts as not knowing. */
const outcomeOf = (asked: Promise<unknown>) =>
  asked.then(
    (given) => (given as { kind?: string }).kind ?? 'usable',
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );

describe.each(REQUESTS)('a request to %s', (path, ask) => {
  it.each<[string, Scripted]>([
    ['never comes', 'hang'],
    ['never ends', 'endless'],
    ['has 300 KB', { status: 200, body: { text: 'x'.repeat(300_000) } }],
  ])('ends when the answer %s, and nobody knows', async (_name, answer) => {
    idp.paths.set(path, () => answer);
    expect(await outcomeOf(ask(clientWith()))).toMatch(/^(?:IDP_UNAVAILABLE|unavailable|unreachable)$/);
  });

  it('follows no redirect to another host', async () => {
    idp.paths.set(path, () => ({ status: 307, body: {}, headers: { location: `${elsewhere.issuer}${path}` } }));
    expect(await outcomeOf(ask(clientWith()))).toMatch(/^(?:IDP_UNAVAILABLE|unavailable|answered)$/);
    expect(elsewhere.received).toEqual([]);
  });

  it('is never sent in clear text to another machine', async () => {
    const client = clientWith({ internalOrigin: 'http://192.0.2.1' });
    expect(await outcomeOf(ask(client))).toMatch(/^(?:IDP_INSECURE|unreachable)$/);
  });
});

describe('the way to an IdP', () => {
  const http = (changes = {}) =>
    new IdpHttp({ issuer: idp.issuer, internalOrigin: undefined, unsafePlainHttp: false, ...changes }, new TestClock());

  it.each([
    'https://idp.example.com/x',
    'http://localhost:1/x',
    'http://a.localhost/x',
    'http://id.demo.localhost/x', // RFC 6761 §6.3: every name below it
    'http://127.0.0.9/x',
    'http://[::1]/x',
  ])('may lead to %s', (url) => {
    expect(http().resolve(url)).toBe(url);
  });

  it.each([
    'http://idp.example.com/x',
    'http://10.0.0.1/x',
    'http://localhost.example.com/x',
    'http://127.0.0.1.nip.io/x',
  ])('may not lead to %s, unless somebody says so', (url) => {
    expect(() => http().resolve(url)).toThrow(expect.objectContaining({ code: 'IDP_INSECURE' }));
    expect(http({ unsafePlainHttp: true }).resolve(url)).toBe(url);
  });

  it('is one connection for requests that come one after another', async () => {
    const before = idp.connections;
    const client = clientWith();
    idp.token = async () => ({
      status: 200,
      body: { id_token: await idp.sign({}), access_token: 'a', token_type: 'Bearer' },
    });
    for (let n = 0; n < 5; n += 1) expect(decodeJwt((await client.exchangeCode(CODE)).idToken).iss).toBe(idp.issuer);
    expect(idp.connections - before).toBeLessThanOrEqual(1);
  });

  it('leads to a key set also where it is served as text', async () => {
    idp.paths.set('/jwks', () => ({ status: 200, body: JSON.stringify({ keys: [idp.keys.publicJwk] }) }));
    const key = await clientWith().keys()({ alg: 'RS256', kid: 'k1' }, { payload: '', signature: '' });
    expect(key).toMatchObject({ type: 'public' });
  });

  it('says who asks, and asks for no compression', async () => {
    await http().send(`${idp.issuer}/jwks`, {});
    const { headers } = idp.received.at(-1) ?? {};
    expect(headers).toMatchObject({ 'user-agent': 'session-sync', 'accept-encoding': 'identity' });
  });

  it('sends a form as a form, whole', async () => {
    idp.paths.set('/echo', (form) => ({ status: 200, body: { a: form.get('a') } }));
    const body = new URLSearchParams({ a: 'ü&=+ ' });
    expect(await http().send(`${idp.issuer}/echo`, { method: 'POST', body })).toMatchObject({ body: { a: 'ü&=+ ' } });
    expect(idp.received.at(-1)?.headers['content-type']).toBe('application/x-www-form-urlencoded');
  });

  it.each([
    ['content-encoding', 'x-odd', { body: undefined }],
    ['retry-after', '7', { retryAfterS: 7 }],
    ['location', 'https://elsewhere.example/', { location: 'https://elsewhere.example/' }],
    ['link', ['<a>; rel="prev"', '<b>; rel="next"'], { hasNextPage: true }],
    [
      'www-authenticate',
      ['Basic', 'Bearer error="invalid_token"'],
      { challenge: 'Basic, Bearer error="invalid_token"' },
    ],
  ])('reads the header %s: %j', async (name, value, read) => {
    idp.paths.set('/with-header', () => ({ status: 401, body: { a: 1 }, headers: { [name]: value } }));
    expect(await http().send(`${idp.issuer}/with-header`, {})).toMatchObject({ status: 401, ...read });
  });

  it('is another connection after an answer that never came, and then that one again', async () => {
    idp.paths.set('/never', () => 'hang');
    expect(await http({ timeoutMs: 50 }).send(`${idp.issuer}/never`, {})).toMatchObject({ reason: 'timeout' });
    const before = idp.connections;
    for (let n = 0; n < 5; n += 1) await http().send(`${idp.issuer}/jwks`, {});
    expect(idp.connections - before).toBeLessThanOrEqual(1);
  });

  it('may have been taken when only the TLS handshake is not answered in time', async () => {
    const mute = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port } = mute.address() as AddressInfo;
    const asked = http({ timeoutMs: 100 }).send(`https://127.0.0.1:${port}/x`, {});
    expect(await asked).toEqual({ kind: 'unreachable', reason: 'timeout' });
    mute.close();
  });

  it('was surely never sent when no connection comes about in time', async () => {
    const full = await FullPort.open();
    const asked = await http({ timeoutMs: 200 }).send(`http://127.0.0.1:${full.port}/x`, {});
    full.close();
    expect(asked).toEqual({ kind: 'unreachable', reason: 'connect_timeout' });
    expect(wasNeverSent('connect_timeout')).toBe(true);
  });

  it('leaves nothing behind in a signal that lives as long as the process', async () => {
    const stopping = new AbortController();
    for (let n = 0; n < 3; n += 1) await http().send(`${idp.issuer}/jwks`, {}, stopping.signal);
    const kept = Object.getOwnPropertySymbols(stopping.signal)
      .map((symbol) => (stopping.signal as unknown as Record<symbol, unknown>)[symbol])
      .filter((value): value is Set<unknown> => value instanceof Set && value.size > 0);
    expect(kept).toEqual([]);
    expect(getEventListeners(stopping.signal, 'abort')).toEqual([]);
  });

  it.each([true, false])('ends at once when it is stopped, before it began: %s', async (before) => {
    const stopping = new AbortController();
    idp.paths.set('/jwks', () => 'hang');
    if (before) stopping.abort();
    const sent = http().send(`${idp.issuer}/jwks`, {}, stopping.signal);
    stopping.abort();
    expect(await sent).toMatchObject({ kind: 'unreachable', reason: 'connect' });
  });

  it.each(['next ', ' ', 'n', '"', '; rel='])('takes no longer for a Link header of hostile length: %j', (piece) => {
    const startedAt = performance.now();
    const header = `<x>; rel="${piece.repeat(16_384 / piece.length)}`;
    for (let n = 0; n < 20; n += 1) namesNextPage(header);
    expect(performance.now() - startedAt).toBeLessThan(500); // what backtracks takes a second and more
  });
});
