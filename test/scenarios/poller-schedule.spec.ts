import { describe, expect, it } from '@jest/globals';
import type { Sid } from '#session';
import type { RunningApp } from '../support/apps.js';
import { active, inactive, pollersForSuite } from '../support/poller.js';
import type { Scripted } from '../support/scripted-idp.js';
import { until } from '../support/until.js';

const linesOf = async (poller: RunningApp, word: string) =>
  (await poller.process.log()).split('\n').filter((line) => line.includes(word)).length;
const said = (poller: RunningApp, word: string) =>
  until(`the log says ${word}`, async () => ((await linesOf(poller, word)) > 0 ? true : undefined));

describe('the session-poller, as a process: when it asks, and when it does not', () => {
  const { the, startPoller, signIn, rowOf, isEnded, probesOf, probed, calibrate } = pollersForSuite();
  const signInAll = async (name: string, count: number) => {
    for (let nth = 0; nth < count; nth += 1) await signIn(`${name}-${nth}`);
  };
  const endings = () => the().database.ssoSession.count({ where: { endedAt: { not: null } } });

  it('POL-10, T132: a secret that was rotated raises one alarm, the IdP is left alone, nobody is signed out', async () => {
    const poller = await startPoller();
    await calibrate();
    await signInAll('rotated', 12);
    the().idp.introspection = () => ({ status: 401, body: { error: 'invalid_client' } });
    await said(poller, 'poll.breaker.open');
    await probed(2); // half open: the secret is still wrong
    expect(await linesOf(poller, 'poll.breaker.open')).toBe(1);
    expect(await linesOf(poller, 'reason=config forS=4')).toBe(1);
    expect(await linesOf(poller, 'probe.alarm idp=main method=introspect reason=config detail=invalid_client')).toBe(1);
    expect(await linesOf(poller, 'probe.unknown')).toBe(0);
    const from = the().idp.received.length;
    the().idp.introspection = () => active;
    await said(poller, 'poll.breaker.closed');
    expect(the().idp.received.length - from).toBeLessThan(12); // one at a time, not all that are due
    await until('everybody is confirmed again', async () =>
      (await the().database.ssoSession.count({ where: { unknownCount: { gt: 0 }, expiresAt: { gt: new Date() } } })) ===
      0
        ? true
        : undefined,
    );
    expect(await endings()).toBe(0);
  });

  it('POL-10: 429: the whole IdP is left alone for as long as it asked, and half as fast from then on', async () => {
    const poller = await startPoller();
    await calibrate();
    await signInAll('many', 10);
    await probed(10);
    let refusedAt: number | undefined;
    let nextAt: number | undefined;
    const tooMany: Scripted = { status: 429, body: {}, headers: { 'retry-after': '4' } };
    let refusals = 16; // as many as may have been under way
    the().idp.introspection = () => {
      const now = performance.now();
      if (refusedAt !== undefined && now - refusedAt > 2_000) nextAt ??= now;
      if (nextAt !== undefined) return active;
      refusedAt ??= now;
      refusals -= 1;
      return refusals >= 0 ? tooMany : active;
    };
    await until('it is asked again', () => nextAt);
    expect(nextAt! - refusedAt!).toBeGreaterThanOrEqual(3_990);
    expect(await linesOf(poller, 'poll.throttled')).toBe(1);
    expect(await endings()).toBe(0);
  });

  it('a session that nobody uses sleeps: it is not asked about until it is woken, then at once', async () => {
    await startPoller({}, { probe: { sleepAfterS: 4 } });
    await calibrate();
    const sid = await signIn('sleepy');
    await until('it sleeps', async () => ((await rowOf(sid)).asleepSince === null ? undefined : true));
    const before = probesOf('sleepy');
    const awake = await signIn('awake');
    await until('another falls asleep too', async () => ((await rowOf(awake)).asleepSince === null ? undefined : true));
    expect(probesOf('sleepy')).toBe(before);
    await the().database.ssoSession.update({ where: { id: sid }, data: { probeDueAt: new Date() } });
    await until('it is asked about', () => (probesOf('sleepy') > before ? true : undefined));
    await until('the IdP has confirmed it', async () => {
      const { asleepSince, idpCheckedAt, openedAt } = await rowOf(sid);
      return asleepSince === null || idpCheckedAt > openedAt ? true : undefined;
    });
  });

  it('a poller that is stopped finishes what it has asked, and gives back what does not answer', async () => {
    const poller = await startPoller({ LEASE_S: '60' });
    await calibrate();
    const slow = await signIn('slow');
    const mute = await signIn('mute');
    await until('both are known', () => (probesOf('slow') > 0 && probesOf('mute') > 0 ? true : undefined));
    let answerSlow: (() => void) | undefined;
    the().idp.paths.set('/introspect', (form) => {
      const token = form.get('token');
      if (token === 'refresh-mute') return 'hang';
      if (token !== 'refresh-slow') return active;
      return new Promise(
        (resolve) =>
          (answerSlow = () => {
            resolve(active);
          }),
      );
    });
    await until('both are asked about', () =>
      the().idp.requestsHanging > 0 && answerSlow !== undefined ? true : undefined,
    );
    const checkedAt = (await rowOf(slow)).idpCheckedAt;
    const stopping = poller.stop();
    setTimeout(() => answerSlow?.(), 300);
    await stopping;
    the().idp.paths.delete('/introspect');
    expect((await rowOf(slow)).idpCheckedAt.getTime()).toBeGreaterThan(checkedAt.getTime());
    const { probeDueAt, leaseEndsAt } = await rowOf(mute);
    expect(probeDueAt.getTime()).toBeLessThanOrEqual(Date.now());
    expect(leaseEndsAt).toBeNull(); // and not when the lease of 60 s ends
    expect(await the().database.poller.count()).toBe(0);
  });

  it('says once how many sessions there are that the configuration does not name', async () => {
    const sid = await signIn('elsewhere');
    await the().database.ssoSession.update({ where: { id: sid }, data: { clientId: 'forgotten' } });
    const poller = await startPoller();
    await said(poller, 'client=forgotten sessions=1');
    expect(await linesOf(poller, 'poll.unwatched')).toBe(1);
  });

  it('POL-11, T148: two pollers, one killed in the middle: each session is asked about once a cycle, and ends once', async () => {
    const askedAt = new Map<string, number[]>();
    let held: (() => void)[] | undefined;
    const script = (form: URLSearchParams) => {
      const token = form.get('token') ?? '';
      if (!token.startsWith('refresh-shared')) return active;
      askedAt.set(token, [...(askedAt.get(token) ?? []), performance.now()]);
      if (held === undefined) return active;
      const answers = held;
      return new Promise<Scripted>((resolve) => {
        answers.push(() => {
          resolve(active);
        });
      });
    };
    const interval = { probe: { unsafeIntervalS: 3 } };
    const [first, second] = await Promise.all([startPoller({}, interval), startPoller({}, interval)]);
    await calibrate();
    await Promise.all([said(first, 'poll.fleet pollers=2'), said(second, 'poll.fleet pollers=2')]);
    the().idp.paths.set('/introspect', script);
    await signInAll('shared', 20);
    await until('everybody is asked about twice', () =>
      askedAt.size === 20 && [...askedAt.values()].every(({ length }) => length >= 2) ? true : undefined,
    );
    const underWay: (() => void)[] = (held = []);
    await until('some are under way', () => (underWay.length >= 4 ? true : undefined));
    await first.kill();
    held = undefined;
    for (const answer of underWay) answer();
    const killedAt = performance.now();
    const soon = new Date(Date.now() + 5_000); // the leases of the killed one, of 40 s, are nearly over
    await the().database.ssoSession.updateMany({ where: { leaseEndsAt: { gt: soon } }, data: { leaseEndsAt: soon } });
    await until('everybody is asked about again', () =>
      [...askedAt.values()].every((times) => times.at(-1)! > killedAt) ? true : undefined,
    );
    const gaps = [...askedAt.values()].flatMap((times) => times.slice(1).map((time, nth) => time - times[nth]!));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0.8 * 3_000);
    const leaves = /^refresh-shared-\d$/; // ten of them: more at once would be held by the brake
    the().idp.paths.set('/introspect', (form) => (leaves.test(form.get('token') ?? '') ? inactive : active));
    const sessions = await the().database.ssoSession.findMany({ where: { sub: { startsWith: 'shared-' } } });
    const left = sessions.filter(({ sub }) => leaves.test(`refresh-${sub}`)).map(({ id }) => id as Sid);
    for (const sid of left) await until('it ends', () => isEnded(sid));
    expect(await endings()).toBe(10);
    expect(await the().database.outboxEvent.count({ where: { sid: { in: left } } })).toBe(10);
  });
});
