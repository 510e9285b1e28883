import { beforeAll, describe, expect, it } from '@jest/globals';
import { type GatewayUnderTest, userOf } from '../support/gateway.js';
import { refreshSuite } from '../support/refresh-suite.js';
import { EchoService } from '../support/rotating-grants.js';
import type { Scripted } from '../support/scripted-idp.js';
import { until } from '../support/until.js';
import { Visitor } from '../support/visitor.js';

const ask = EchoService.ask.bind(EchoService);
const typeOf = ({ text }: { readonly text: string }) => (JSON.parse(text) as { readonly type: string }).type;

/** An answer that a test holds back. */
function heldBack() {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  return {
    release: () => {
      release();
    },
    answer: async (right: () => Promise<Scripted>) => (await released, right()),
  };
}

describe('two gateways that refresh the tokens of the same sessions; each refresh token is good once', () => {
  const suite = refreshSuite('rotate');
  let [one, two]: GatewayUnderTest[] = [];
  beforeAll(async () => {
    [one, two] = await Promise.all([suite().replica(), suite().replica()]);
  }, 90_000);

  /** Signs one person in at both replicas: two browsers of one IdP session share its tokens. */
  async function signInAtBoth(sub: string): Promise<readonly [Visitor, Visitor]> {
    const { grants } = suite();
    return [await grants.signIn(one!.a, sub), await grants.signIn(two!.a, sub)];
  }
  const askBoth = (visitors: readonly [Visitor, Visitor], times: number) =>
    Promise.all(
      Array.from({ length: times }, (_, n) => (n % 2 === 0 ? ask(visitors[0], one!.a) : ask(visitors[1], two!.a))),
    );

  it('a fresh access token goes to the service as it is, and nothing to the IdP', async () => {
    const visitors = await signInAtBoth('ana');
    const seen = await askBoth(visitors, 4);
    expect(new Set(seen.map(({ text }) => text)).size).toBe(1);
    expect(seen[0]).toMatchObject({ status: 200, text: expect.stringMatching(/^Bearer access\.ana\.\d+\.1$/) });
    expect(suite().grants.sentOf('ana')).toEqual([]);
  });

  it('50 requests at once over both, past its expiry: one refresh, and all get the new token', async () => {
    const visitors = await signInAtBoth('bo');
    await suite().expire('bo');
    const held = heldBack();
    suite().grants.onRefresh = held.answer;
    const asked = askBoth(visitors, 50);
    await suite().untilState('bo', 'under_way');
    // by when these are answered, the others have been read
    for (let times = 0; times < 3; times += 1)
      await Promise.all([userOf(visitors[0], one!.a), userOf(visitors[1], two!.a)]);
    held.release();
    const seen = await asked;
    expect(seen.map(({ status }) => status)).toEqual(Array(50).fill(200));
    expect(new Set(seen.map(({ text }) => text)).size).toBe(1);
    expect(seen[0]?.text).toMatch(/^Bearer access\.bo\.\d+\.2$/);
    expect(suite().grants.sentOf('bo')).toHaveLength(1);
    expect(await suite().rowOf('bo')).toMatchObject({ tokenGeneration: 3, refreshState: null });
  });

  it('ahead of its expiry the present one is given at once while the next one is fetched, once', async () => {
    const visitors = await signInAtBoth('cai');
    const now = Date.now();
    const times = { accessExpiresAt: new Date(now + 50_000), tokensSince: new Date(now - 600_000) };
    await suite().database.ssoSession.updateMany({ where: { sub: 'cai' }, data: times });
    const held = heldBack();
    suite().grants.onRefresh = held.answer;
    const before = await askBoth(visitors, 10);
    expect(new Set(before.map(({ text }) => text)).size).toBe(1);
    expect(before[0]?.text).toMatch(/\.1$/);
    await suite().untilState('cai', 'under_way');
    held.release();
    await suite().untilState('cai', null);
    const after = await askBoth(visitors, 4);
    expect(after.map(({ text }) => text.slice(-2))).toEqual(Array(4).fill('.2'));
    expect(suite().grants.sentOf('cai')).toHaveLength(1);
  });

  it('two tabs that refresh at once, again and again, never sign each other out', async () => {
    const visitors = await signInAtBoth('dee');
    for (let round = 1; round <= 5; round += 1) {
      await suite().expire('dee');
      const seen = await askBoth(visitors, 6);
      expect(seen.map(({ status }) => status)).toEqual(Array(6).fill(200));
    }
    expect(suite().grants.sentOf('dee')).toHaveLength(5);
    expect(suite().grants.reuses).toBe(0);
    expect((await userOf(visitors[0], one!.a)).status).toBe(200);
  });

  it('T142: one is killed while the IdP answers: nobody sends the token again or signs out, a silent sign-in repairs it', async () => {
    const victim = await suite().replica();
    const { grants } = suite();
    const [atVictim, atOther] = [await grants.signIn(victim.a, 'eli'), await grants.signIn(two!.a, 'eli')];
    await suite().expire('eli');
    grants.onRefresh = (right) => right().then(() => 'hang'); // taken, rotated, and never answered
    const cut = ask(atVictim, victim.a).catch((error: unknown) => error);
    await until('the refresh hangs at the IdP', () => (suite().idp.requestsHanging > 0 ? true : undefined));
    const waiting = ask(atOther, two!.a);
    await victim.app.kill();
    await cut;
    await suite().endLease('eli');
    const seen = await waiting;
    expect({ status: seen.status, type: typeOf(seen) }).toEqual({
      status: 401,
      type: 'urn:sso:problem:sign-in-needed',
    });
    expect((await ask(atOther, two!.a)).status).toBe(401);
    expect(grants.sentOf('eli')).toHaveLength(1);
    expect(grants.reuses).toBe(0);
    expect((await userOf(atOther, two!.a)).status).toBe(200);
    await grants.signIn(two!.a, 'eli', atOther, 'prompt=none&returnUrl=/');
    expect(await ask(atOther, two!.a)).toMatchObject({ status: 200, text: expect.stringMatching(/\.1$/) });
    expect(await suite().rowOf('eli')).toMatchObject({ endedAt: null, refreshState: null });
  });

  it('a session that ends in the middle of a refresh stays ended, and no tokens are kept for it', async () => {
    const { grants, idp } = suite();
    const visitor = await grants.signIn(one!.a, 'kim');
    await suite().expire('kim');
    const before = await suite().rowOf('kim');
    const held = heldBack();
    grants.onRefresh = held.answer;
    const waiting = ask(visitor, one!.a);
    await until('the refresh is at the IdP', () => (grants.sentOf('kim').length > 0 ? true : undefined));
    const logout_token = await idp.sign(
      {
        ...{ aud: 'gateway', sub: 'kim', sid: 'idp-session-of-kim', jti: 'logout-of-kim' },
        events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
      },
      { typ: 'logout+jwt' },
    );
    const told = await fetch(`${two!.a}/bff/backchannel`, {
      method: 'POST',
      body: new URLSearchParams({ logout_token }),
    });
    expect(told.status).toBe(200);
    held.release();
    expect((await waiting).status).toBe(401);
    const { accessToken, refreshToken, idToken } = before;
    const after = await suite().rowOf('kim');
    expect(after).toMatchObject({ endCause: 'backchannel_logout', tokenGeneration: 1 });
    expect(after).toMatchObject({ accessToken, idToken });
    expect([refreshToken, null]).toContain(after.refreshToken); // the sign-out takes it out and revokes it
    expect((await userOf(visitor, one!.a)).status).toBe(401);
  });
});

describe('two gateways where a refresh token stays', () => {
  const suite = refreshSuite('stay');

  it('T142: one is killed while the IdP answers: after its lease the other one sends the same token again', async () => {
    const [victim, other] = await Promise.all([suite().replica(), suite().replica()]);
    const { grants } = suite();
    const [atVictim, atOther] = [await grants.signIn(victim.a, 'eli'), await grants.signIn(other.a, 'eli')];
    await suite().expire('eli');
    grants.onRefresh = () => 'hang';
    const cut = ask(atVictim, victim.a).catch((error: unknown) => error);
    await until('the refresh hangs at the IdP', () => (suite().idp.requestsHanging > 0 ? true : undefined));
    const waiting = ask(atOther, other.a);
    await victim.app.kill();
    await cut;
    expect(grants.sentOf('eli')).toHaveLength(1);
    await suite().endLease('eli');
    expect(await waiting).toMatchObject({ status: 200, text: expect.stringMatching(/^Bearer access\.eli/) });
    expect(new Set(grants.sentOf('eli')).size).toBe(1);
    expect(grants.sentOf('eli')).toHaveLength(2);
  }, 90_000);
});
