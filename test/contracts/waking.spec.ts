import { describe, expect, it } from '@jest/globals';
import type { Ending, NewSsoSession, Sid } from '#session';
import { WOKEN_AT } from '#store';
import { hubForSuite } from '../support/hub.js';
import { browserOf, CLIENT, ISSUER, signInOf } from '../support/sign-ins.js';

const LANE = { iss: ISSUER, clientId: CLIENT };

describe('sessions that sleep, in Postgres', () => {
  const hub = hubForSuite();

  /** Its first browser's cookie is the name of the person; that of another IdP session is told apart. */
  const open = async (sub: string, changes: Partial<NewSsoSession> = {}): Promise<Sid> => {
    const { sessions, clock } = hub();
    const cookie = changes.idpSid === undefined ? sub : `${sub} ${changes.idpSid}`;
    const opened = await sessions.open(signInOf(sub, clock.now(), changes), browserOf(cookie, clock.now()));
    if (opened.kind !== 'opened') throw new Error('it was refused');
    return opened.sid;
  };
  const rowOf = (sid: Sid) => hub().database.ssoSession.findUniqueOrThrow({ where: { id: sid } });
  const claim = async (sid: Sid) => {
    const now = hub().clock.now();
    const claimed = await hub().queue.claim(LANE, now, new Date(now.getTime() + 30_000), 100);
    return claimed.find((session) => session.sid === sid);
  };
  /** As a poller does that finds it unused for an hour. */
  const letSleep = async (sid: Sid): Promise<boolean> => {
    const claimed = await claim(sid);
    return hub().queue.sleep(claimed!, hub().clock.now(), new Date(hub().clock.now().getTime() - 3_600_000));
  };
  const asleep = async (sub: string): Promise<Sid> => {
    const sid = await open(sub, { expiresAt: new Date(hub().clock.now().getTime() + 8 * 3_600_000) });
    hub().clock.advance(3_600_001);
    expect(await letSleep(sid)).toBe(true);
    return sid;
  };

  it('one that sleeps is due for nobody, and says so; woken it is due at once', async () => {
    const sid = await asleep('ana');
    expect((await hub().sessions.find(sid))?.asleepSince).toEqual(hub().clock.now());
    expect(await claim(sid)).toBeUndefined();
    await hub().sessions.wake(sid, hub().clock.now());
    expect((await claim(sid))?.asleepSince).toBeDefined();
  });

  it('waking breaks no lease and no retry, and touches none that is awake or has ended', async () => {
    const [awake, sleeping, ended] = [await open('bob'), await asleep('cleo'), await asleep('dora')];
    const now = hub().clock.now();
    const retryAt = new Date(now.getTime() + 5_000);
    await hub().database.ssoSession.update({ where: { id: sleeping }, data: { probeDueAt: retryAt } });
    await hub().database.ssoSession.update({ where: { id: awake }, data: { probeDueAt: retryAt } });
    await hub().sessions.end({ ...byOperator(now), of: { kind: 'sid', sid: ended } });
    for (const sid of [awake, sleeping, ended]) await hub().sessions.wake(sid, now);
    expect((await rowOf(awake)).probeDueAt).toEqual(retryAt);
    expect((await rowOf(sleeping)).probeDueAt).toEqual(retryAt);
    expect((await rowOf(ended)).probeDueAt > now).toBe(true);
  });

  it('is due by the hub’s own time though the gateway’s clock is ahead', async () => {
    const sid = await asleep('emil');
    await hub().database.ssoSession.update({
      where: { id: sid },
      data: { expiresAt: new Date(Date.now() + 7_200_000), probeDueAt: new Date(Date.now() + 7_200_000) },
    });
    await hub().sessions.wake(sid, new Date(Date.now() + 3_600_000));
    expect((await rowOf(sid)).probeDueAt.getTime()).toBeLessThan(Date.now() + 60_000);
  });

  it('is asked about before everything that is due, however long that has been so', async () => {
    await hub().database.ssoSession.deleteMany(); // others that were woken, and that nobody answered for
    const sid = await asleep('woken');
    for (const sub of ['due-1', 'due-2', 'due-3']) await open(sub);
    hub().clock.advance(1_800_000); // nobody has polled for long
    await hub().sessions.wake(sid, hub().clock.now());
    const now = hub().clock.now();
    const [first] = await hub().queue.claim(LANE, now, new Date(now.getTime() + 30_000), 1);
    expect(first?.sid).toBe(sid);
    await hub().sessions.wake(sid, now); // it is asked about at this moment
    expect(await rowOf(sid)).toMatchObject({ probeDueAt: WOKEN_AT, leaseEndsAt: new Date(now.getTime() + 30_000) });
    expect(await claim(sid)).toBeUndefined();
  });

  it('one that is asked about though nobody woke it is left alone, and woken when the lease has ended', async () => {
    const sid = await asleep('asked');
    const before = await rowOf(sid);
    const now = hub().clock.now();
    await hub().queue.claimThese(LANE, [sid], new Date(now.getTime() + 30_000));
    await hub().sessions.wake(sid, now);
    expect((await rowOf(sid)).probeDueAt).toEqual(before.probeDueAt);
    hub().clock.advance(30_000);
    await hub().sessions.wake(sid, hub().clock.now());
    expect((await claim(sid))?.asleepSince).toBeDefined();
  });

  it('a poller that would let it sleep while somebody begins to use it comes too late, or it wakes again: never unseen', async () => {
    for (let round = 0; round < 10; round += 1) {
      const sub = `finn-${round}`;
      const sid = await open(sub, { expiresAt: new Date(hub().clock.now().getTime() + 8 * 3_600_000) });
      hub().clock.advance(3_600_001);
      const claimed = (await claim(sid))!;
      const now = hub().clock.now();
      const [slept] = await Promise.all([
        hub().queue.sleep(claimed, now, new Date(now.getTime() - 3_600_000)),
        hub().browsers.slide(sub, now, new Date(now.getTime() + 3_600_000)),
      ]);
      const { asleepSince } = (await hub().browsers.find(sub))!.sso;
      expect(asleepSince !== undefined).toBe(slept); // whoever reads it next sees it sleep, and wakes it
      await hub().sessions.wake(sid, now);
      hub().clock.advance(30_000);
      expect((await claim(sid))?.lastUsedAt).toEqual(now);
      expect(await hub().queue.sleep(claimed, now, new Date(now.getTime() - 3_600_000))).toBe(false);
    }
  });

  it('one that was used a moment before does not fall asleep', async () => {
    const sid = await open('gus', { expiresAt: new Date(hub().clock.now().getTime() + 8 * 3_600_000) });
    hub().clock.advance(3_600_001);
    const claimed = (await claim(sid))!;
    const now = hub().clock.now();
    await hub().browsers.slide('gus', now, new Date(now.getTime() + 3_600_000));
    expect(await hub().queue.sleep(claimed, now, new Date(now.getTime() - 3_600_000))).toBe(false);
    expect((await rowOf(sid)).asleepSince).toBeNull();
  });

  it('a sign-in wakes it and takes back what was said against it', async () => {
    const sid = await asleep('hal');
    await hub().database.ssoSession.update({ where: { id: sid }, data: { reauthReason: 'tokens_gone' } });
    expect((await hub().sessions.find(sid))?.reauthReason).toBe('tokens_gone');
    const { clock, sessions } = hub();
    const again = signInOf('hal', clock.now(), { firstProbeAt: clock.now() });
    await sessions.open(again, browserOf('hal-again', clock.now()));
    expect(await sessions.find(sid)).toMatchObject({ asleepSince: undefined, reauthReason: undefined });
  });

  describe('when a session of the person ends', () => {
    const dueOf = async (sid: Sid) => (await rowOf(sid)).probeDueAt.getTime() - hub().clock.now().getTime();
    const far = (sids: readonly Sid[]) =>
      hub().database.ssoSession.updateMany({
        where: { id: { in: [...sids] } },
        data: { probeDueAt: new Date(hub().clock.now().getTime() + 900_000) },
      });

    it.each(['rp_initiated', 'backchannel_logout', 'operator'] as const)(
      'by %s, her others are asked about soon; nobody else’s, and none that sleeps',
      async (cause) => {
        const sub = `ida-${cause}`;
        const sleeping = await asleep(sub);
        const [first, other] = [await open(sub, { idpSid: '1' }), await open(sub, { idpSid: '2' })];
        const stranger = await open(`jan-${cause}`);
        await far([sleeping, first, other, stranger]);
        const claimedAway = (await rowOf(other)).leaseId;
        await hub().sessions.end({ ...byOperator(hub().clock.now()), cause, of: { kind: 'sid', sid: first } });
        expect(await dueOf(other)).toBeLessThanOrEqual(5_000);
        expect([await dueOf(sleeping), await dueOf(stranger)]).toEqual([900_000, 900_000]);
        expect((await rowOf(other)).leaseId).toBeNull();
        expect(claimedAway).toBeNull();
      },
    );

    it.each(['poll_session_ended', 'session_expired', 'silent_check'] as const)('not by %s', async (cause) => {
      const sub = `kim-${cause}`;
      const [first, other] = [await open(sub, { idpSid: '1' }), await open(sub, { idpSid: '2' })];
      await far([other]);
      await hub().sessions.end({ ...byOperator(hub().clock.now()), cause, of: { kind: 'sid', sid: first } });
      expect(await dueOf(other)).toBe(900_000);
    });

    it('a question that is under way about another counts no more', async () => {
      const [first, other] = [await open('leo', { idpSid: '1' }), await open('leo', { idpSid: '2' })];
      const claimed = (await claim(other))!;
      await hub().sessions.end({ ...byOperator(hub().clock.now()), of: { kind: 'sid', sid: first } });
      const record = {
        dueAt: hub().clock.now(),
        checkedAt: hub().clock.now(),
        weakEndedAt: undefined,
        unknown: undefined,
      };
      const { probeDueAt, leaseEndsAt, leaseId } = await rowOf(other);
      expect([probeDueAt.getTime() - hub().clock.now().getTime(), leaseEndsAt, leaseId]).toEqual([2_000, null, null]);
      expect(await hub().queue.record(claimed, record)).toBe(false);
    });

    it('both at once: endings of two sessions of one person never wait for each other in a circle', async () => {
      const sids: Sid[] = [];
      for (let n = 0; n < 6; n += 1) sids.push(await open('mia', { idpSid: `mia-${n}` }));
      await Promise.all(
        sids.map((sid) => hub().sessions.end({ ...byOperator(hub().clock.now()), of: { kind: 'sid', sid } })),
      );
      expect(await hub().database.outboxEvent.count({ where: { sid: { in: sids } } })).toBe(6);
    });
  });
});

function byOperator(now: Date): Omit<Ending, 'of'> {
  return {
    ...{ cause: 'operator', causeId: 'order-1', effectiveAt: now, initiatingEntity: 'admin' },
    evidence: { method: 'operator', strength: 'strong', probes: 0 },
  };
}
