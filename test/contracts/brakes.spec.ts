import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { type Braked, type ClaimedSession, type EndResult, type Sid } from '#session';
import { PrismaBrakes, PrismaIssuerHealth, PrismaProbeCounts } from '#store';
import { hubForSuite, hubOn } from '../support/hub.js';
import { browserOf, signInOf } from '../support/sign-ins.js';

const INTERVAL_MS = 900_000;
const MINUTE_MS = 60_000;

describe('the mass-logout brake in Postgres', () => {
  const hub = hubForSuite();
  const now = () => hub().clock.now();
  const brakes = () => new PrismaBrakes(hub().database);
  const laneOf = (iss: string) => ({ iss, clientId: 'gateway' });
  const open = async (iss: string, sub: string): Promise<Sid> => {
    const signIn = signInOf(sub, now(), { iss, expiresAt: new Date(now().getTime() + 86_400_000) });
    const opened = await hub().sessions.open(signIn, browserOf(randomUUID(), now()));
    if (opened.kind !== 'opened') throw new Error('refused');
    return opened.sid;
  };
  /** Opens `count` sessions and lets a poller claim them. */
  const claimed = async (iss: string, count: number): Promise<readonly ClaimedSession[]> => {
    for (let n = 0; n < count; n += 1) await open(iss, `person-${n}`);
    return hub().queue.claim(laneOf(iss), now(), new Date(now().getTime() + 30_000), count);
  };
  const end = (
    session: ClaimedSession,
    changes: Partial<Braked> = {},
    sessions = hub().sessions,
  ): Promise<EndResult> => {
    const { iss, clientId, sid, leaseId, tokenGeneration } = session;
    const usual = {
      iss,
      clientId,
      method: 'introspect',
      intervalMs: INTERVAL_MS,
      reauthenticate: false,
      calibration: undefined,
    };
    return sessions.end({
      of: { kind: 'sid', sid, onlyIf: { leaseId, tokenGeneration }, braked: { ...usual, ...changes } },
      ...{ cause: 'poll_session_ended', causeId: sid, effectiveAt: new Date(now().getTime() - 12_000) },
      evidence: { method: 'introspect', strength: 'weak', probes: 2 },
      initiatingEntity: 'system',
    });
  };
  const rowOf = (sid: Sid) => hub().database.ssoSession.findUniqueOrThrow({ where: { id: sid } });
  const tally = (iss: string, active: number) =>
    new PrismaProbeCounts(hub().database).add([
      { ...{ iss, method: 'introspect', active, ended: 0, unknown: 0 }, minute: new Date(now().getTime() - MINUTE_MS) },
    ]);
  /** Makes more endings than the brake lets through. */
  const hold = async (iss: string, count: number) => {
    const sessions = await claimed(iss, count);
    for (const session of sessions) await end(session);
    return sessions.slice(10);
  };

  it('POL-09: pollers that end sessions at the same time end no more together than one alone may', async () => {
    const iss = 'https://together.example';
    const sessions = await claimed(iss, 60);
    const pollers = [hub(), ...[1, 2, 3].map(() => hubOn(hub().url, hub().clock))];
    const results: EndResult[] = [];
    const endSome = async ({ sessions: ends }: (typeof pollers)[number], from: number) => {
      for (const session of sessions.slice(from, from + 15)) results.push(await end(session, {}, ends));
    };
    await Promise.all(pollers.map((poller, n) => endSome(poller, n * 15)));
    await Promise.all(pollers.slice(1).map(({ database }) => database.$disconnect()));
    expect(results.filter(({ ended }) => ended.length === 1)).toHaveLength(10);
    expect(results.filter(({ withheld }) => withheld === 'held')).toHaveLength(50);
    expect(await hub().database.outboxEvent.count({ where: { sid: { in: sessions.map(({ sid }) => sid) } } })).toBe(10);
    expect(await hub().database.issuerBrake.findUnique({ where: { iss } })).toMatchObject({
      ...{ state: 'held', reason: 'none_active' },
    });
  });

  it('lets twenty end where many are active, and a twenty-first where very many are', async () => {
    await tally('https://many.example', 300);
    const few = await claimed('https://many.example', 22);
    for (const session of few.slice(0, 20)) expect((await end(session)).ended).toHaveLength(1);
    expect(await end(few[20]!)).toEqual({ ended: [], withheld: 'held' });
    await tally('https://many.example', 10_000);
    expect(await end(few[21]!)).toEqual({ ended: [], withheld: 'held' }); // held is held, whatever comes
    await tally('https://very-many.example', 3_000);
    for (const session of await claimed('https://very-many.example', 22))
      expect((await end(session)).ended).toHaveLength(1);
  });

  it('a brake holds its own issuer only, and no ending that somebody else says', async () => {
    const [held] = await hold('https://pushed.example', 11);
    expect((await end((await claimed('https://elsewhere.example', 1))[0]!)).ended).toHaveLength(1);
    const said = { method: 'backchannel', strength: 'strong', probes: 0 } as const;
    const push = {
      of: { kind: 'sid', sid: held!.sid },
      cause: 'backchannel_logout',
      causeId: 'j',
      effectiveAt: now(),
    } as const;
    expect((await hub().sessions.end({ ...push, evidence: said, initiatingEntity: 'user' })).ended).toHaveLength(1);
  });

  it('what is held is not asked about, keeps its first evidence, and is told to whoever must sign in again', async () => {
    const iss = 'https://evidence.example';
    const [first] = await hold(iss, 11);
    const row = await rowOf(first!.sid);
    expect(row).toMatchObject({ endedAt: null, probeDueAt: row.expiresAt, reauthReason: null, heldAt: now() });
    expect(row.heldEvidence).toMatchObject({ method: 'introspect', probes: 2, tokenGeneration: 1 });
    hub().clock.advance(1_000);
    await end(first!, { reauthenticate: true });
    const again = await rowOf(first!.sid);
    expect(again).toMatchObject({ heldAt: row.heldAt, heldEvidence: row.heldEvidence, reauthReason: 'held' });
  });

  it('POL-06: an ending of a lease that was lost is void: neither written nor held', async () => {
    const iss = 'https://void.example';
    await hold(iss, 11);
    const late = (await claimed(iss, 12)).find(({ sub }) => sub === 'person-0')!;
    await hub().database.ssoSession.update({ where: { id: late.sid }, data: { leaseId: randomUUID() } });
    expect(await end(late)).toEqual({ ended: [] });
    expect((await rowOf(late.sid)).heldAt).toBeNull();
  });

  it('T139: released, held endings are written as of when they were found; then counting starts anew', async () => {
    const iss = 'https://released.example';
    const held = await hold(iss, 14);
    hub().clock.advance(MINUTE_MS);
    expect(await brakes().release(iss, 'operator', now())).toBe(true);
    const batch = await brakes().toRelease(iss, 100);
    expect(batch.map(({ sid }) => sid).sort()).toEqual(held.map(({ sid }) => sid).sort());
    for (const { sid, ending } of batch) {
      const { effectiveAt, tokenGeneration } = ending;
      expect(now().getTime() - effectiveAt.getTime()).toBe(MINUTE_MS + 12_000);
      const said = { evidence: ending, cause: 'poll_session_ended', causeId: sid, initiatingEntity: 'system' } as const;
      const { ended } = await hub().sessions.end({ of: { kind: 'held', sid, tokenGeneration }, ...said, effectiveAt });
      expect(ended).toHaveLength(1);
    }
    expect(await brakes().finish(iss, now())).toBe('free');
    const [later] = await claimed(iss, 1);
    expect((await end(later!)).ended).toHaveLength(1);
  });

  it('T139: an ending that is held back during a release waits for another one', async () => {
    const iss = 'https://meanwhile.example';
    const held = await hold(iss, 11);
    hub().clock.advance(1_000);
    await brakes().release(iss, 'operator', now());
    hub().clock.advance(1_000);
    const [late] = await claimed(iss, 1);
    expect(await end(late!)).toEqual({ ended: [], withheld: 'held' });
    expect((await brakes().toRelease(iss, 100)).map(({ sid }) => sid)).toEqual(held.map(({ sid }) => sid));
    await brakes().letGo(held[0]!.sid, now());
    expect(await brakes().finish(iss, now())).toBe('held');
  });

  it('a held session with new tokens is not ended by what was said of the old ones', async () => {
    const iss = 'https://refreshed.example';
    const [held] = await hold(iss, 11);
    await hub().database.ssoSession.update({ where: { id: held!.sid }, data: { tokenGeneration: { increment: 1 } } });
    const said = {
      evidence: { method: 'introspect', strength: 'weak', probes: 2 },
      initiatingEntity: 'system',
    } as const;
    const of = { kind: 'held', sid: held!.sid, tokenGeneration: 1 } as const;
    expect(
      await hub().sessions.end({ of, ...said, cause: 'poll_session_ended', causeId: 'x', effectiveAt: now() }),
    ).toEqual({ ended: [] });
  });

  it('T139: discarded, nothing ends; sessions are due again and "inactive" must prove itself', async () => {
    const iss = 'https://discarded.example';
    const health = new PrismaIssuerHealth(hub().database);
    await health.noteActive(laneOf(iss), 'introspect', now());
    const held = await hold(iss, 15);
    await hub().queue.claimThese(laneOf(iss), [held[0]!.sid], new Date(now().getTime() + 30_000)); // the sample of a release
    expect(await brakes().discard(iss, 'operator', now())).toBe(5);
    for (const { sid } of held) {
      const due = { probeDueAt: now(), leaseEndsAt: null };
      expect(await rowOf(sid)).toMatchObject({ endedAt: null, heldAt: null, heldEvidence: null, ...due });
    }
    expect((await health.calibrationOf(laneOf(iss), 'introspect')).since).toBeUndefined();
    expect(await brakes().discard(iss, 'operator', now())).toBeUndefined();
  });

  it('a sign-in takes back what is held against its session', async () => {
    const iss = 'https://returned.example';
    const [held] = await hold(iss, 11);
    await hub().sessions.open(signInOf(held!.sub, now(), { iss }), browserOf(randomUUID(), now()));
    expect(await rowOf(held!.sid)).toMatchObject({ heldAt: null, endedAt: null });
  });

  it('one poller at a time watches, and a free brake nobody', async () => {
    const iss = 'https://watched.example';
    const until = new Date(now().getTime() + 10_000);
    expect(await brakes().watch(iss, now(), until)).toBeUndefined();
    await hold(iss, 11);
    const watches = await Promise.all(Array.from({ length: 5 }, () => brakes().watch(iss, now(), until)));
    expect(watches.filter((brake) => brake !== undefined)).toHaveLength(1);
    expect(await brakes().watch(iss, until, until)).toMatchObject({ state: 'held', reason: 'none_active' });
  });

  describe('where "inactive" must have proved itself', () => {
    const needed = ({ openedAt, idpCheckedAt }: ClaimedSession): Partial<Braked> => {
      const weakEndedAt = new Date(now().getTime() - 12_000);
      return { calibration: { lastActiveAt: undefined, openedAt, idpCheckedAt, weakEndedAt } };
    };
    const health = () => new PrismaIssuerHealth(hub().database);

    it('POL-04: two may end while nothing is active; the third is doubted, by however many pollers at once', async () => {
      const iss = 'https://upgraded.example';
      const sessions = await claimed(iss, 8);
      await health().noteActive(laneOf(iss), 'introspect', now());
      hub().clock.advance(MINUTE_MS);
      const results = await Promise.all(sessions.map((session) => end(session, needed(session)))); // each its own connection
      expect(results.filter(({ ended }) => ended.length === 1)).toHaveLength(2);
      expect(results.filter(({ withheld }) => withheld === 'doubted')).toHaveLength(6);
      expect(await hub().database.ssoSession.count({ where: { iss, heldAt: { not: null } } })).toBe(0);
      await health().noteActive(laneOf(iss), 'introspect', now());
      const [third] = sessions.filter((_, n) => results[n]?.withheld === 'doubted');
      expect((await end(third!, needed(third!))).ended).toHaveLength(1);
    });

    it('POL-04: a sign-in that was never called active is doubted, and so is whatever another poller has doubted', async () => {
      const iss = 'https://fresh.example';
      await health().noteActive(laneOf(iss), 'introspect', now());
      hub().clock.advance(MINUTE_MS);
      const [fresh] = await claimed(iss, 1);
      expect(await end(fresh!, needed(fresh!))).toEqual({ ended: [], withheld: 'doubted' });
      await health().noteActive(laneOf(iss), 'introspect', now());
      await hub().database.issuerHealth.updateMany({ where: { iss }, data: { calibratedAt: null } });
      expect(await end(fresh!, needed(fresh!))).toEqual({ ended: [], withheld: 'doubted' });
    });

    it('POL-04: what one client is told proves nothing for another, nor do its endings speak against the other', async () => {
      const iss = 'https://two-clients.example';
      const other = { iss, clientId: 'other' };
      const mine = await claimed(iss, 3);
      await health().noteActive(laneOf(iss), 'introspect', now());
      expect((await health().calibrationOf(other, 'introspect')).since).toBeUndefined();
      await health().noteActive(other, 'introspect', now());
      hub().clock.advance(MINUTE_MS);
      await health().noteActive(other, 'introspect', now());
      const results: EndResult[] = [];
      for (const session of mine) results.push(await end(session, needed(session)));
      expect(results.map(({ withheld }) => withheld)).toEqual([undefined, undefined, 'doubted']); // the other is active
      await health().doubt(laneOf(iss), 'introspect', now());
      expect((await health().calibrationOf(other, 'introspect')).since).toBeDefined();
    });
  });
});
