import { beforeAll, describe, expect, it } from '@jest/globals';
import { type GatewayUnderTest, userOf } from '../support/gateway.js';
import { refreshSuite } from '../support/refresh-suite.js';
import { EchoService } from '../support/rotating-grants.js';
import type { Scripted } from '../support/scripted-idp.js';
import { until } from '../support/until.js';

const ask = EchoService.ask.bind(EchoService);
const typeOf = ({ text }: { readonly text: string }) => (JSON.parse(text) as { readonly type: string }).type;

describe('a gateway and what an IdP may answer to a refresh token', () => {
  const suite = refreshSuite('rotate');
  let one: GatewayUnderTest | undefined;
  beforeAll(async () => {
    one = await suite().replica();
  }, 90_000);

  it.each<[name: string, sub: string, answer: Scripted]>([
    ['a 500', 'fia-500', { status: 500, body: { error: 'server_error' } }],
    ['a 502 with HTML', 'fia-502', { status: 502, body: '<h1>Bad gateway</h1>' }],
    ['a 200 with HTML', 'fia-200', { status: 200, body: '<h1>Sign in</h1>' }],
  ])('T142: after %s the token is not sent again, and nobody is signed out', async (_name, sub, answer) => {
    const visitor = await suite().grants.signIn(one!.a, sub);
    await suite().expire(sub);
    suite().grants.onRefresh = () => answer;
    for (let times = 0; times < 3; times += 1) expect((await ask(visitor, one!.a)).status).toBe(401);
    expect(suite().grants.sentOf(sub)).toHaveLength(1);
    expect(await suite().stateOf(sub)).toBe('ambiguous');
    expect((await userOf(visitor, one!.a)).status).toBe(200);
  });

  it('T141: invalid_grant ends no session: it is asked about at once, and the token is not sent again', async () => {
    const visitor = await suite().grants.signIn(one!.a, 'gus');
    const far = new Date(Date.now() + 900_000);
    await suite().database.ssoSession.updateMany({ where: { sub: 'gus' }, data: { probeDueAt: far } });
    await suite().expire('gus');
    suite().grants.onRefresh = () => ({ status: 400, body: { error: 'invalid_grant' } });
    const seen = await ask(visitor, one!.a);
    expect({ status: seen.status, type: typeOf(seen) }).toEqual({
      status: 401,
      type: 'urn:sso:problem:sign-in-needed',
    });
    expect((await ask(visitor, one!.a)).status).toBe(401);
    const row = await suite().rowOf('gus');
    expect(row).toMatchObject({ endedAt: null, refreshState: 'refused' });
    expect(row.probeDueAt < far).toBe(true);
    expect(suite().grants.sentOf('gus')).toHaveLength(1);
    expect((await userOf(visitor, one!.a)).status).toBe(200);
  });

  it('T143: tokens of somebody else are discarded, and this one session ends, with an event', async () => {
    const visitor = await suite().grants.signIn(one!.a, 'hal');
    const bystander = await suite().grants.signIn(one!.a, 'hal-too');
    await suite().expire('hal');
    const before = await suite().rowOf('hal');
    suite().grants.onRefresh = () => suite().grants.answerWithIdToken('mallory', {});
    expect((await ask(visitor, one!.a)).status).toBe(401);
    const { problem, status } = await userOf(visitor, one!.a);
    expect({ status, reason: problem.reason }).toEqual({ status: 401, reason: 'token_reuse' });
    const row = await suite().rowOf('hal');
    expect(row).toMatchObject({ endCause: 'token_reuse', accessToken: before.accessToken, tokenGeneration: 1 });
    const events = await suite().database.outboxEvent.findMany({ where: { sid: row.id } });
    expect(events.map(({ payload }) => JSON.stringify(payload))).toEqual([expect.stringContaining('token_reuse')]);
    expect((await userOf(bystander, one!.a)).status).toBe(200);
  });

  it('T143: tokens of a later authentication are discarded; the session goes on', async () => {
    const visitor = await suite().grants.signIn(one!.a, 'ike');
    await suite().expire('ike');
    const auth_time = Math.floor(Date.now() / 1000);
    suite().grants.onRefresh = () => suite().grants.answerWithIdToken('ike', { auth_time });
    expect((await ask(visitor, one!.a)).status).toBe(401);
    expect(await suite().rowOf('ike')).toMatchObject({ endedAt: null, refreshState: 'refused', tokenGeneration: 1 });
    expect((await userOf(visitor, one!.a)).status).toBe(200);
  });

  it('session_expiry of a new ID token shortens the session, and one that has passed gives no more access', async () => {
    const visitor = await suite().grants.signIn(one!.a, 'ole');
    const endsAt = async () => (await suite().rowOf('ole')).expiresAt.getTime();
    const atSignIn = await endsAt();
    const nowS = Math.floor(Date.now() / 1000);
    const refreshUntil = async (session_expiry: unknown) => {
      await suite().expire('ole');
      suite().grants.onRefresh = () => suite().grants.answerWithIdToken('ole', { session_expiry });
      return (await ask(visitor, one!.a)).status;
    };
    expect(await refreshUntil('soon')).toBe(200);
    expect(await endsAt()).toBe(atSignIn);
    expect(await refreshUntil(nowS + 600)).toBe(200);
    expect(await endsAt()).toBe((nowS + 600) * 1000);
    expect(await refreshUntil(nowS + 6_000)).toBe(200);
    expect(await endsAt()).toBe((nowS + 600) * 1000);
    expect(await refreshUntil(nowS - 60)).toBe(401);
    const { problem } = await until('it is over', async () => {
      const answer = await userOf(visitor, one!.a);
      return answer.status === 401 ? answer : undefined;
    });
    expect(problem.reason).toBe('expired');
    const lines = (await one!.app.process.log()).split('\n').filter((line) => line.includes('session_expiry'));
    expect(lines).toEqual([expect.stringContaining('refresh.session_expiry.unusable idp=main')]);
  });

  it('the ID token of a refresh is kept: it serves as the next hint', async () => {
    const visitor = await suite().grants.signIn(one!.a, 'joe');
    await suite().expire('joe');
    const before = await suite().rowOf('joe');
    suite().grants.onRefresh = () => suite().grants.answerWithIdToken('joe', {});
    expect(await ask(visitor, one!.a)).toMatchObject({ status: 200, text: 'Bearer of-an-id-token' });
    const after = await suite().rowOf('joe');
    expect(after.idToken).not.toBe(before.idToken);
    expect(after.idTokenIssuedAt).toEqual(before.idTokenIssuedAt);
  });

  it('an IdP that is away makes the service unavailable and nothing else; when it is back the same token is used', async () => {
    const { grants, idp } = suite();
    const visitor = await grants.signIn(one!.a, 'lou');
    await suite().expire('lou');
    await idp.stop();
    const seen = await ask(visitor, one!.a);
    expect({ status: seen.status, type: typeOf(seen) }).toEqual({
      status: 503,
      type: 'urn:sso:problem:idp-unavailable',
    });
    expect(await suite().stateOf('lou')).toBeNull();
    expect((await userOf(visitor, one!.a)).status).toBe(200);
    await idp.listen();
    await until('the IdP is asked again', async () => ((await ask(visitor, one!.a)).status === 200 ? true : undefined));
    expect(grants.sentOf('lou')).toHaveLength(1);
  });

  it('an IdP that does not know the client is asked for nobody for a while; no session is touched', async () => {
    const { grants } = suite();
    const visitor = await grants.signIn(one!.a, 'mo');
    await suite().expire('mo');
    grants.onRefresh = () => ({ status: 401, body: { error: 'invalid_client' } });
    for (let times = 0; times < 3; times += 1) expect((await ask(visitor, one!.a)).status).toBe(503);
    expect(grants.sentOf('mo')).toHaveLength(1);
    expect(await suite().rowOf('mo')).toMatchObject({ endedAt: null, refreshState: null });
  });

  it('no token is in a log', async () => {
    const log = await one!.app.process.log();
    expect(log).toContain('refresh.');
    expect(log).not.toMatch(/access\.\w|eyJ|\b[a-z]{2,}\.\d+\.\d+\b/);
  });
});
