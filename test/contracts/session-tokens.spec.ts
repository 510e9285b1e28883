import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { decodeSessionEnded, isUsable, parseSid, type Sid, type TokenSet } from '#session';
import { PrismaSessionExpiry } from '#store';
import { hubForSuite } from '../support/hub.js';
import { browserOf, signInOf } from '../support/sign-ins.js';

const LEASE_MS = 15_000;
const once = { leaseMs: LEASE_MS, again: false };
const again = { leaseMs: LEASE_MS, again: true };

describe('SessionTokens in Postgres', () => {
  const hub = hubForSuite();
  const now = () => hub().clock.now();

  async function signIn(sub: string, cookie = sub): Promise<Sid> {
    const opened = await hub().sessions.open(signInOf(sub, now()), browserOf(cookie, now()));
    if (opened.kind !== 'opened') throw new Error('it was refused');
    return opened.sid;
  }
  const end = (sid: Sid) =>
    hub().sessions.end({
      ...{ of: { kind: 'sid', sid }, cause: 'operator', causeId: 'test', effectiveAt: now() },
      ...{ evidence: { method: 'test', strength: 'strong', probes: 0 }, initiatingEntity: 'admin' },
    });
  const rowOf = (sid: Sid) => hub().database.ssoSession.findUniqueOrThrow({ where: { id: sid } });
  const begin = (sid: Sid, options = once, generation = 1) => hub().tokens.begin(sid, generation, now(), options);
  const next = (changes: Partial<TokenSet> = {}): TokenSet => ({
    ...{ idToken: 'id-2', accessToken: 'access-2', refreshToken: 'refresh-2', refreshExpiresAt: undefined },
    accessExpiresAt: new Date(now().getTime() + 300_000),
    ...changes,
  });

  it('reads the tokens of a sign-in, with when they came', async () => {
    const sid = await signIn('ada');
    expect(await hub().tokens.read(sid)).toMatchObject({
      ...{ since: now(), generation: 1, refresh: { kind: 'idle' } },
      tokens: { idToken: 'id-ada', accessToken: 'access-ada', refreshToken: 'refresh-ada' },
    });
    expect(await hub().tokens.read(parseSid(randomUUID())!)).toBeUndefined();
  });

  it('reads nothing of a session that has ended', async () => {
    const sid = await signIn('bea');
    await end(sid);
    expect(await hub().tokens.read(sid)).toBeUndefined();
  });

  it('gives the right to refresh to one of twenty who ask at once', async () => {
    const sid = await signIn('cleo');
    const granted = await Promise.all(Array.from({ length: 20 }, () => begin(sid)));
    expect(granted.filter((right) => right)).toHaveLength(1);
    expect(await hub().tokens.read(sid)).toMatchObject({ refresh: { kind: 'under_way', since: now() } });
  });

  it('gives it to one of twenty also when an answer was lost and the token may be sent again', async () => {
    const sid = await signIn('dora');
    await begin(sid);
    await hub().tokens.settle(sid, 1, 'ambiguous', now());
    hub().clock.advance(LEASE_MS);
    const granted = await Promise.all(Array.from({ length: 20 }, () => begin(sid, again)));
    expect(granted.filter((right) => right)).toHaveLength(1);
  });

  it.each(['under_way', 'ambiguous'] as const)(
    '%s: only who may send twice begins anew, after the lease',
    async (kind) => {
      const sid = await signIn(`edda-${kind}`);
      await begin(sid);
      if (kind === 'ambiguous') await hub().tokens.settle(sid, 1, kind, now());
      hub().clock.advance(LEASE_MS - 1);
      expect(await begin(sid, again)).toBe(false);
      hub().clock.advance(1);
      expect(await begin(sid, once)).toBe(false);
      expect(await begin(sid, again)).toBe(true);
    },
  );

  it('refused: nobody begins again, however long it is', async () => {
    const sid = await signIn('fay');
    await begin(sid);
    await hub().tokens.settle(sid, 1, 'refused', now());
    hub().clock.advance(10 * LEASE_MS);
    expect([await begin(sid, once), await begin(sid, again)]).toEqual([false, false]);
    expect((await hub().tokens.read(sid))?.refresh.kind).toBe('refused');
  });

  it('idle again: whoever comes next may refresh at once', async () => {
    const sid = await signIn('gila');
    await begin(sid);
    await hub().tokens.settle(sid, 1, 'idle', now());
    expect(await begin(sid)).toBe(true);
  });

  it('begins nothing for tokens of another generation, or of a session that has ended', async () => {
    const sid = await signIn('hana');
    expect(await begin(sid, again, 2)).toBe(false);
    await end(sid);
    expect(await begin(sid, again)).toBe(false);
  });

  it('keeps refreshed tokens as the next generation, encrypted, and what is known of the sign-in stays', async () => {
    const sid = await signIn('ida');
    const before = await rowOf(sid);
    hub().clock.advance(1000);
    await begin(sid);
    expect(await hub().tokens.store(sid, 1, next(), now())).toBe(true);
    const idle = { kind: 'idle' };
    expect(await hub().tokens.read(sid)).toEqual({ tokens: next(), since: now(), generation: 2, refresh: idle });
    const after = await rowOf(sid);
    expect(JSON.stringify(after)).not.toMatch(/"(?:id|access|refresh)-2"/);
    const { idTokenIssuedAt, authTime, idpCheckedAt, expiresAt } = before;
    expect(after).toMatchObject({ idTokenIssuedAt, authTime, idpCheckedAt, expiresAt });
  });

  describe('with a ceiling', () => {
    const endOf = async (sid: Sid) => (await rowOf(sid)).expiresAt;
    const storeUntil = (sid: Sid, ceiling: Date, generation = 1) =>
      hub().tokens.store(sid, generation, next(), now(), ceiling);
    const inMs = (ms: number) => new Date(now().getTime() + ms);

    it('an earlier one shortens the session, for whoever uses it, and no later one extends it again', async () => {
      const sid = await signIn('nia');
      const browser = await hub().browsers.find('nia');
      expect(await storeUntil(sid, inMs(60_000))).toBe(true);
      expect(await endOf(sid)).toEqual(inMs(60_000));
      expect(await storeUntil(sid, inMs(120_000), 2)).toBe(true);
      expect(await endOf(sid)).toEqual(inMs(60_000));
      const found = (await hub().browsers.find('nia'))!;
      expect(found.expiresAt).toEqual(browser!.expiresAt);
      expect([isUsable(found, inMs(59_999)), isUsable(found, inMs(60_000))]).toEqual([true, false]);
    });

    it('a later one changes nothing', async () => {
      const sid = await signIn('oda');
      const before = await endOf(sid);
      expect(await storeUntil(sid, new Date(before.getTime() + 1))).toBe(true);
      expect(await endOf(sid)).toEqual(before);
    });

    it('that comes too late, with tokens that are not kept, shortens nothing', async () => {
      const sid = await signIn('pia');
      await storeUntil(sid, inMs(60_000));
      expect(await storeUntil(sid, inMs(1_000))).toBe(false);
      expect(await endOf(sid)).toEqual(inMs(60_000));
      await end(sid);
      expect(await storeUntil(sid, inMs(1_000), 2)).toBe(false);
      expect(await endOf(sid)).toEqual(inMs(60_000));
    });

    it('of this moment ends it at the next sweep, with an event as of then', async () => {
      const sid = await signIn('qi');
      await storeUntil(sid, now());
      const sweep = new PrismaSessionExpiry(hub().database, hub().sessions);
      expect((await sweep.endExpired(now(), 10)).map((ended) => ended.sid)).toEqual([sid]);
      const [event] = await hub().database.outboxEvent.findMany({ where: { sid } });
      expect(decodeSessionEnded(event!.payload)).toMatchObject({ cause: 'session_expired', effectiveAt: now() });
    });
  });

  it('keeps them for one of twenty who have the same generation', async () => {
    const sid = await signIn('jo');
    const kept = await Promise.all(
      Array.from({ length: 20 }, (_, n) => hub().tokens.store(sid, 1, next({ accessToken: `a-${n}` }), now())),
    );
    expect(kept.filter((it) => it)).toHaveLength(1);
    const read = await hub().tokens.read(sid);
    expect(read).toMatchObject({ generation: 2, tokens: { accessToken: `a-${kept.indexOf(true)}` } });
  });

  it('never brings tokens to a session that ended meanwhile', async () => {
    const sid = await signIn('kaja');
    await begin(sid);
    await end(sid);
    const ended = await rowOf(sid);
    expect(await hub().tokens.store(sid, 1, next(), now())).toBe(false);
    for (const kind of ['idle', 'ambiguous', 'refused'] as const)
      await hub().tokens.settle(sid, 1, kind, now(), { probeNow: true });
    expect(await rowOf(sid)).toEqual(ended);
  });

  it('a sign-in during a refresh has the last word, and makes an end of whatever was unsettled', async () => {
    const sid = await signIn('lea', 'lea-1');
    await begin(sid);
    await hub().tokens.settle(sid, 1, 'ambiguous', now());
    expect(await signIn('lea', 'lea-2')).toBe(sid);
    expect(await hub().tokens.read(sid)).toMatchObject({ generation: 2, refresh: { kind: 'idle' } });
    expect(await hub().tokens.store(sid, 1, next(), now())).toBe(false);
    await hub().tokens.settle(sid, 1, 'refused', now());
    expect(await hub().tokens.read(sid)).toMatchObject({
      ...{ generation: 2, refresh: { kind: 'idle' } },
      tokens: { accessToken: 'access-lea' },
    });
  });

  it('refused, with reason to ask: the session is due at once, and has not ended', async () => {
    const sid = await signIn('mia');
    await hub().database.ssoSession.update({
      where: { id: sid },
      data: { probeDueAt: new Date(now().getTime() + 900_000) },
    });
    await hub().tokens.settle(sid, 1, 'ambiguous', now());
    expect((await rowOf(sid)).probeDueAt > now()).toBe(true);
    await hub().tokens.settle(sid, 1, 'refused', now(), { probeNow: true });
    expect(await rowOf(sid)).toMatchObject({ probeDueAt: now(), endedAt: null });
  });
});
