import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { TestClock } from '../../../test/support/clock.js';
import { expiredTls } from '../../../test/support/expired-tls.js';
import { type Scripted, ScriptedIdp } from '../../../test/support/scripted-idp.js';
import { IdpClient } from './idp-client.js';

const NEVER = new AbortController().signal;
const INTROSPECTION = { 'content-type': 'application/token-introspection+jwt' };

describe('a question about a token', () => {
  let idp: ScriptedIdp;
  let tls: Server;
  beforeAll(async () => {
    idp = await ScriptedIdp.start();
    tls = createServer(expiredTls, (_request, response) => response.end('{"active":false}'));
    await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    idp.metadata = {};
    idp.paths.clear();
  });
  afterAll(async () => {
    tls.close();
    await idp.stop();
  });

  const clientOf = (issuer = idp.issuer, clock = new TestClock(new Date())) =>
    new IdpClient(
      {
        ...{ issuer, internalOrigin: undefined, unsafePlainHttp: false, clientId: 'gateway', timeoutMs: 3_000 },
        authentication: { method: 'client_secret_basic', secret: 'secret-of-the-gateway' },
      },
      clock,
    );
  const introspect = (client = clientOf()) => client.introspect('the-token', 'refresh_token', NEVER);
  const userinfo = () => clientOf().userinfo('the-access-token', NEVER);
  const answers = (answer: Scripted) => idp.paths.set('/introspect', () => answer);

  it.each<[name: string, answer: Scripted, reason: string]>([
    ['the time limit', 'hang', 'timeout'],
    ['a reset', 'reset', 'econnreset'],
    ['a body without end', 'endless', 'too_large'],
  ])('T130: has no answer, by %s', async (_name, answer, reason) => {
    answers(answer);
    expect(await introspect()).toEqual({
      kind: 'unreachable',
      reason: expect.stringMatching(reason),
    });
  });

  it('T130: has no answer where the name leads nowhere, or the certificate has expired', async () => {
    idp.metadata = { introspection_endpoint: 'https://idp.invalid/introspect' };
    expect(await introspect()).toMatchObject({ kind: 'unreachable' });
    idp.metadata = { introspection_endpoint: `https://localhost:${(tls.address() as AddressInfo).port}/introspect` };
    expect(await introspect()).toEqual({ kind: 'unreachable', reason: expect.stringMatching(/cert/) });
  });

  it('T133: follows no redirect, and asks nobody in clear text on another machine', async () => {
    answers({ status: 301, body: {}, headers: { location: `${idp.issuer}/elsewhere` } });
    expect(await introspect()).toMatchObject({ kind: 'answered', status: 301 });
    expect(idp.received.some(({ path }) => path === '/elsewhere')).toBe(false);
    idp.metadata = { introspection_endpoint: 'http://idp.example.com/introspect' };
    expect(await introspect()).toEqual({ kind: 'unreachable', reason: 'insecure' });
  });

  it('T133: that finds nobody at the endpoint looks anew where it is', async () => {
    const clock = new TestClock(new Date());
    const client = clientOf(idp.issuer, clock);
    answers({ status: 404, body: {} });
    expect(await introspect(client)).toMatchObject({ status: 404 });
    idp.metadata = { introspection_endpoint: `${idp.issuer}/moved` };
    idp.paths.set('/moved', () => ({ status: 200, body: { active: true } }));
    clock.advance(30_000);
    expect(await introspect(client)).toMatchObject({ status: 404 });
    expect(await introspect(client)).toMatchObject({ status: 200, body: { active: true } });
  });

  it('T153: is not asked of another issuer, also where the right one was known before', async () => {
    const clock = new TestClock(new Date());
    const client = clientOf(idp.issuer, clock);
    expect(await introspect(client)).toMatchObject({ kind: 'answered' });
    idp.metadata = { issuer: 'https://other.example.com' };
    clock.advance(11 * 60_000);
    expect(await introspect(client)).toEqual({ kind: 'unreachable', reason: 'other_issuer' });
    expect(await introspect(client)).toEqual({ kind: 'unreachable', reason: 'other_issuer' });
    idp.metadata = {};
    expect(await introspect(client)).toMatchObject({ kind: 'answered' });
  });

  it('T150: is answered by a JWT that the IdP has signed for this client, and by no other', async () => {
    const signed = (claims: object, typ = 'token-introspection+jwt') =>
      idp.sign({ aud: 'gateway', token_introspection: { active: true }, ...claims }, { typ });
    answers({ status: 200, body: await signed({}), headers: INTROSPECTION });
    expect(await introspect()).toMatchObject({ kind: 'answered', body: { active: true } });
    for (const token of [
      await signed({ aud: 'shop' }),
      await signed({}, 'JWT'),
      `${(await signed({})).slice(0, -8)}AAAAAAAA`,
    ]) {
      answers({ status: 200, body: token, headers: INTROSPECTION });
      expect(await introspect()).toMatchObject({ kind: 'answered', status: 200, body: undefined });
    }
  });

  it('by a JWT whose keys can’t be had is not answered', async () => {
    const body = await idp.sign(
      { aud: 'gateway', token_introspection: { active: false } },
      { typ: 'token-introspection+jwt' },
    );
    answers({ status: 200, body, headers: INTROSPECTION });
    idp.paths.set('/jwks', () => ({ status: 500, body: {} }));
    expect(await introspect()).toEqual({ kind: 'unreachable', reason: 'keys' });
  });

  it('goes to the UserInfo endpoint with the access token, and keeps the challenge of a refusal', async () => {
    idp.metadata = { userinfo_endpoint: `${idp.issuer}/userinfo` };
    const challenge = 'Bearer error="invalid_token"';
    idp.paths.set('/userinfo', () => ({ status: 401, body: {}, headers: { 'www-authenticate': challenge } }));
    expect(await userinfo()).toMatchObject({ status: 401, challenge });
    expect(idp.received.at(-1)).toMatchObject({ path: '/userinfo', authorization: 'Bearer the-access-token' });
    const body = await idp.sign({ aud: 'gateway', sub: 'ana' });
    idp.paths.set('/userinfo', () => ({ status: 200, body, headers: { 'content-type': 'application/jwt' } }));
    expect(await userinfo()).toMatchObject({ status: 200, body: { sub: 'ana' } });
  });

  it('finds no endpoint where the IdP names none', async () => {
    expect(await userinfo()).toMatchObject({ kind: 'answered', status: 404 });
  });
});
