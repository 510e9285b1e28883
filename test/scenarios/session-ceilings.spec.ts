import { describe, expect, it } from '@jest/globals';
import { decodeSessionEnded } from '#session';
import { answerTo, comeBack, depart, redeemFor, userOf } from '../support/gateway.js';
import { active } from '../support/poller.js';
import { until } from '../support/until.js';
import { watchedGatewayForSuite } from '../support/watched-gateway.js';

const LIFETIME_S = 3_600;

describe('how long a session may live by the IdP’s word', () => {
  const suite = watchedGatewayForSuite({ idp: { sessionLifetimeS: LIFETIME_S } });
  const nowS = () => Math.floor(Date.now() / 1000);

  const signInWith = async (sub: string, claims: Readonly<Record<string, unknown>>) => {
    const { idp, gateway } = suite();
    idp.introspection = () => active;
    const departure = await depart(gateway.a);
    redeemFor(idp, departure, { sub, sid: `${sub}-1`, ...claims });
    const seen = await comeBack(departure, answerTo(idp, departure));
    const user = await userOf(departure.visitor, gateway.a);
    return { ...seen, visitor: departure.visitor, user, expiresInS: Number(user.claims.get('bff:session_expires_in')) };
  };
  const rowsOf = (sub: string) => suite().database.ssoSession.findMany({ where: { sub } });

  it('session_expiry ends it: the poller tells services then, and the page is told why', async () => {
    const { visitor, expiresInS, user } = await signInWith('ana', { session_expiry: nowS() + 15 });
    expect(expiresInS).toBeLessThanOrEqual(15);
    expect(user.claims.has('session_expiry')).toBe(false);
    const ended = await until('it is told', async () => {
      const [row] = await rowsOf('ana');
      const [event] = await suite().database.outboxEvent.findMany({ where: { sid: row!.id } });
      return event && { ...(await rowsOf('ana'))[0]!, event: decodeSessionEnded(event.payload) };
    });
    expect(ended).toMatchObject({
      endCause: 'session_expired',
      event: { cause: 'session_expired', effectiveAt: ended.expiresAt, evidence: { method: 'absolute_end' } },
    });
    const lateMs = ended.endedAt!.getTime() - ended.expiresAt.getTime();
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThan(ended.expiresAt.getTime() - ended.openedAt.getTime());
    expect(await userOf(visitor, suite().gateway.a)).toMatchObject({ status: 401, problem: { reason: 'expired' } });
  });

  it.each([['soon'], [-1], [0], [1e300], [null], [{}]])(
    'one that is no time (%j) refuses nothing and limits nothing',
    async (value) => {
      const { user, expiresInS } = await signInWith(`bob-${JSON.stringify(value)}`, { session_expiry: value });
      expect(user.status).toBe(200);
      expect(expiresInS).toBeGreaterThan(LIFETIME_S);
    },
  );

  it('one that has passed is the IdP’s word that the session is over: nobody is signed in by it', async () => {
    const { status, user } = await signInWith('cleo', { session_expiry: nowS() - 5 });
    expect([status, user.status]).toEqual([401, 401]);
    expect(await rowsOf('cleo')).toEqual([]);
  });

  it('sessionLifetimeS counts from the authentication', async () => {
    const { expiresInS } = await signInWith('dora', { auth_time: nowS() - LIFETIME_S + 100 });
    expect(expiresInS).toBeLessThanOrEqual(100);
    expect(expiresInS).toBeGreaterThan(60);
  });

  it('a lifetime that the IdP itself contradicts locks nobody out', async () => {
    const { expiresInS } = await signInWith('emil', { auth_time: nowS() - 2 * LIFETIME_S });
    expect(expiresInS).toBeGreaterThan(LIFETIME_S);
  });

  it('a later sign-in of the same session may shorten it, and never extends it', async () => {
    const first = await signInWith('finn', { session_expiry: nowS() + 300 });
    const longer = await signInWith('finn', { session_expiry: nowS() + 3_000 });
    const shorter = await signInWith('finn', { session_expiry: nowS() + 100 });
    expect([first, longer].every(({ expiresInS }) => expiresInS <= 300 && expiresInS > 200)).toBe(true);
    expect(shorter.expiresInS).toBeLessThanOrEqual(100);
    expect(await rowsOf('finn')).toHaveLength(1);
  });
});
