import { describe, expect, it } from '@jest/globals';
import { active, pollersForSuite } from '../support/poller.js';
import { until } from '../support/until.js';

describe('the session-poller, as a process, and what it can not or need not decide', () => {
  const { the, startPoller, signIn, rowOf, eventsOf, calibrate } = pollersForSuite();

  it('POL-12: a session that nobody can tell about for too long needs a sign-in, goes on, and is healed by the IdP', async () => {
    await startPoller({}, { probe: { maxUnknownS: 1 } });
    await calibrate();
    const sid = await signIn('ana');
    the().idp.introspection = () => ({ status: 503, body: {} });
    const row = await until('it needs a sign-in', async () => {
      const found = await rowOf(sid);
      return found.reauthReason === null ? undefined : found;
    });
    expect(row).toMatchObject({ reauthReason: 'unknown_too_long', endedAt: null, unknownReason: 'server' });
    expect(await eventsOf(sid)).toEqual([]);
    the().idp.introspection = () => active;
    await until('it is believed again', async () => ((await rowOf(sid)).reauthReason === null ? true : undefined));
  });

  it('without a limit it needs none, however long', async () => {
    await startPoller();
    await calibrate();
    const sid = await signIn('bob');
    the().idp.introspection = () => ({ status: 503, body: {} });
    await until('it is unknown', async () => ((await rowOf(sid)).unknownCount > 0 ? true : undefined));
    const since = new Date(Date.now() - 86_400_000);
    await the().database.ssoSession.update({ where: { id: sid }, data: { unknownSince: since } });
    const { unknownCount } = await rowOf(sid);
    await until('it is asked about again', async () =>
      (await rowOf(sid)).unknownCount > unknownCount ? true : undefined,
    );
    expect(await rowOf(sid)).toMatchObject({ reauthReason: null, endedAt: null, unknownSince: since });
  });

  it('push.rate: unusually many pushed endings in a minute are told once a minute, and counted; nothing is held', async () => {
    const data = Array.from({ length: 51 }, (_, n) => `mass-${n}`);
    for (const sub of data) await signIn(sub);
    const ended = { endedAt: new Date(), endCause: 'backchannel_logout' };
    await the().database.ssoSession.updateMany({ where: { sub: { in: data } }, data: ended });
    const poller = await startPoller();
    await until('it is told', async () => ((await poller.process.log()).includes('push.rate iss=') ? true : undefined));
    expect(await poller.process.log()).toMatch(/push\.rate iss=\S+ endings=51/);
    const metrics = await (await fetch(`${poller.origin}/metrics`)).text();
    expect(metrics).toContain(`sso_push_surges_total{issuer="${the().idp.issuer}"} 1`);
    expect(await the().database.issuerBrake.findMany({ where: { state: { not: 'free' } } })).toEqual([]);
  });

  it('sso_endings_total counts endings by expiry with their issuer', async () => {
    const poller = await startPoller();
    const sid = await signIn('late', { expiresAt: new Date(Date.now() + 1_000) });
    const row = await until('it ends', async () => {
      const found = await rowOf(sid);
      return found.endedAt === null ? undefined : found;
    });
    expect(row.endCause).toBe('session_expired');
    await until('it is counted', async () => {
      const metrics = await (await fetch(`${poller.origin}/metrics`)).text();
      const name = `sso_endings_total{issuer="${the().idp.issuer}",cause="session_expired"}`;
      return metrics.includes(name) ? true : undefined;
    });
  });
});
