import { describe, expect, it } from '@jest/globals';
import { active, inactive, pollersForSuite } from '../support/poller.js';
import { until } from '../support/until.js';

describe('session-pollers, as processes, when one of them or NATS dies', () => {
  const { the, nats, startPoller, signIn, rowOf, eventsOf, isEnded, calibrate } = pollersForSuite();

  it('POL-11, T148: when a poller is killed between claim and record, another takes over after the lease: one event', async () => {
    const first = await startPoller({}, { probe: { concurrency: 1 } });
    await calibrate();
    await the().database.ssoSession.updateMany({ data: { expiresAt: new Date(0) } }); // the canary has done its work
    const sid = await signIn('finn');
    await until('finn is active', async () =>
      (await rowOf(sid)).idpCheckedAt > (await rowOf(sid)).openedAt ? true : undefined,
    );
    the().idp.introspection = () => 'hang';
    await until('the poller holds the session and waits for the IdP', () =>
      the().idp.requestsHanging > 0 ? true : undefined,
    );
    const held = await rowOf(sid);
    await first.kill();
    the().idp.introspection = () => inactive;
    await the().database.ssoSession.update({ where: { id: sid }, data: { leaseEndsAt: new Date() } }); // the lease, waited for
    await startPoller();
    await until('another poller ends it', () => isEnded(sid));
    expect((await rowOf(sid)).leaseId).not.toBe(held.leaseId);
    expect(await eventsOf(sid)).toHaveLength(1);
  });

  it('POL-11: two pollers end a session once', async () => {
    await Promise.all([startPoller(), startPoller()]);
    await calibrate();
    const sids = await Promise.all(Array.from({ length: 10 }, (_, n) => signIn(`many-${n}`)));
    the().idp.introspection = (form) => (form.get('token')?.startsWith('refresh-many') === true ? inactive : active);
    for (const sid of sids) await until('it ends', () => isEnded(sid));
    expect(await the().database.outboxEvent.count({ where: { sid: { in: sids } } })).toBe(10);
  });

  it('loses nothing while NATS is down: endings wait in the outbox', async () => {
    await startPoller();
    await calibrate();
    const sid = await signIn('gus');
    await nats().kill();
    the().idp.introspection = (form) => (form.get('token') === 'refresh-gus' ? inactive : active);
    await until('it ends without NATS', () => isEnded(sid));
    expect((await eventsOf(sid))[0]?.publishedAt).toBeNull();
    await nats().start();
    await until('the event goes out when NATS is back', async () =>
      (await eventsOf(sid))[0]?.publishedAt === null ? undefined : true,
    );
  });

  it('starts without NATS, asks and ends all the same, and tells when NATS has come', async () => {
    the().idp.introspection = () => active;
    await nats().kill();
    const starting = startPoller();
    await calibrate();
    const sid = await signIn('hal');
    the().idp.introspection = (form) => (form.get('token') === 'refresh-hal' ? inactive : active);
    await until('it ends without NATS', () => isEnded(sid));
    await nats().start();
    await until('the event goes out', async () => ((await eventsOf(sid))[0]?.publishedAt === null ? undefined : true));
    await starting;
  });
});
