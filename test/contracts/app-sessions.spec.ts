import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { type AppSession, parseSid, parseSub, type SessionEnded, type Sid } from '#session';
import { AppDatabase, PrismaAppSessions, prismaAppSessions, type SyncClient } from '#store';
import { freshDatabase } from '../support/databases.js';
import { ISSUER } from '../support/sign-ins.js';

const NOW = new Date('2026-11-22T12:00:00.000Z');
const at = (s: number) => new Date(NOW.getTime() + s * 1000);
const sub = parseSub('ana')!;
const newSid = () => parseSid(uuidv7())!;
const sessionOf = (sid: Sid, openedAt: Date, person = sub): Omit<AppSession, 'revoked'> => ({
  iss: ISSUER,
  sid,
  sub: person,
  openedAt,
  expiresAt: at(86_400),
});
const common = (effectiveAt: Date, id: string) => ({
  ...{
    id,
    source: 'urn:test',
    iss: ISSUER,
    tenant: undefined,
    effectiveAt,
    detectedAt: effectiveAt,
    cause: 'operator',
    causeId: id,
  },
  ...{ evidence: { method: 'test', strength: 'strong' as const, probes: 0 }, initiatingEntity: 'admin' },
});
const sessionEnded = (sid: Sid, effectiveAt: Date, id = `s-${sid}`): SessionEnded => ({
  ...common(effectiveAt, id),
  scope: 'session',
  sid,
  sub,
});
const subjectEnded = (person: typeof sub, effectiveAt: Date, id = 'subject-event'): SessionEnded => ({
  ...common(effectiveAt, id),
  scope: 'subject',
  sub: person,
  sid: undefined,
});

/** A client whose statements outside transactions fail after the first `count - 1`. */
function failingAfter(database: AppDatabase, count: number): SyncClient {
  let left = count;
  return {
    $transaction: (work, options) => database.$transaction(work, options),
    $executeRaw: (query, ...values) => database.$executeRaw(query, ...values),
    $queryRaw: <T>(query: TemplateStringsArray, ...values: unknown[]) => {
      if ((left -= 1) <= 0) throw new Error('cut off');
      return database.$queryRaw<T>(query, ...values);
    },
  };
}

describe('AppSessions in Postgres', () => {
  let database: AppDatabase;
  let sessions: PrismaAppSessions;
  beforeAll(async () => {
    database = new AppDatabase(await freshDatabase('app'));
    sessions = new PrismaAppSessions(database);
  }, 60_000);
  afterAll(() => database.$disconnect());

  const fill = (person: string, count: number) => database.$executeRaw`
    INSERT INTO "AppSession" ("iss", "sid", "sub", "openedAt", "createdAt", "expiresAt")
    SELECT ${ISSUER}, gen_random_uuid()::text, ${person}, ${at(0)}::timestamptz, ${at(1)}::timestamptz, ${at(86_400)}::timestamptz
    FROM generate_series(1, ${count}::int)`;
  const living = (person: string) =>
    database.appSession.findMany({ where: { sub: person, revokedAt: null }, orderBy: { sid: 'asc' } });

  it('opens a session on first sight and finds it from then on', async () => {
    const sid = newSid();
    expect(await sessions.open(sessionOf(sid, at(0)), at(1))).toMatchObject({ sid, sub, revoked: undefined });
    expect(await sessions.open(sessionOf(sid, at(0)), at(2))).toMatchObject({ sid, revoked: undefined });
    expect(await database.appSession.count({ where: { sid } })).toBe(1);
  });

  it('revokes every session of the sid and no other; the second time nothing', async () => {
    const [sid, other] = [newSid(), newSid()];
    await sessions.open(sessionOf(sid, at(0)), at(1));
    await sessions.open(sessionOf(other, at(0)), at(1));
    expect(await sessions.applyEnded(sessionEnded(sid, at(2)), at(3))).toBe(1);
    expect(await sessions.applyEnded(sessionEnded(sid, at(2)), at(4))).toBe(0);
    expect((await sessions.open(sessionOf(sid, at(0)), at(5))).revoked).toEqual({ at: at(3), cause: 'operator' });
    expect((await sessions.open(sessionOf(other, at(0)), at(5))).revoked).toBeUndefined();
  });

  it('T171: an event that comes before the session forbids it', async () => {
    const sid = newSid();
    expect(await sessions.applyEnded(sessionEnded(sid, at(2)), at(3))).toBe(0);
    expect((await sessions.open(sessionOf(sid, at(0)), at(4))).revoked).toMatchObject({ cause: 'operator' });
  });

  it('a person’s ending spares the session that was opened after it', async () => {
    const person = parseSub('bea')!;
    const [before, after] = [newSid(), newSid()];
    await sessions.open(sessionOf(before, at(0), person), at(1));
    await sessions.open(sessionOf(after, at(10), person), at(11));
    expect(await sessions.applyEnded(subjectEnded(person, at(5)), at(12))).toBe(1);
    expect((await sessions.open(sessionOf(after, at(10), person), at(13))).revoked).toBeUndefined();
  });

  it('forgets sessions and marks that have expired, and no others', async () => {
    const own = new AppDatabase(await freshDatabase('app'));
    try {
      const store = new PrismaAppSessions(own);
      await store.open(sessionOf(newSid(), at(0)), at(1));
      await store.applyEnded(sessionEnded(newSid(), at(2)), at(3));
      expect(await store.removeExpired(at(86_399), 500)).toBe(0);
      expect(await store.removeExpired(at(86_400), 500)).toBe(1);
      expect([await own.appSession.count(), await own.revocationMark.count()]).toEqual([0, 1]);
      expect(await store.removeExpired(at(40 * 86_400), 500)).toBe(1);
      expect(await own.revocationMark.count()).toBe(0);
    } finally {
      await own.$disconnect();
    }
  });

  it('never passes an opening by an ending that is applied at the same moment', async () => {
    for (let round = 0; round < 20; round += 1) {
      const sid = newSid();
      await Promise.all([
        sessions.open(sessionOf(sid, at(0)), at(1)),
        sessions.applyEnded(sessionEnded(sid, at(2)), at(3)),
      ]);
      expect((await sessions.open(sessionOf(sid, at(0)), at(4))).revoked).toBeDefined();
    }
  });

  it('T167: a mark forbids at once what is not revoked yet, and the event, when it comes again, does the rest', async () => {
    const person = parseSub('many-1')!;
    await fill(person, 2_500);
    const failing = prismaAppSessions(failingAfter(database, 2));
    await expect(failing.applyEnded(subjectEnded(person, at(5), 'many'), at(6))).rejects.toThrow('cut off');
    const left = await living(person);
    expect(left).toHaveLength(1_500);
    for (const { sid } of [left[0]!, left[1_499]!])
      expect((await sessions.open(sessionOf(parseSid(sid)!, at(0), person), at(7))).revoked).toMatchObject({
        cause: 'operator',
      });
    expect(await sessions.applyEnded(subjectEnded(person, at(5), 'many'), at(8))).toBe(1_500);
    expect(await living(person)).toEqual([]);
  });

  it('T167: all of a person’s 10,000 sessions end, two endings and openings at once hinder nobody, and nobody else’s', async () => {
    const [person, other] = [parseSub('many-2')!, parseSub('many-3')!];
    await fill(person, 10_000);
    await fill(other, 10);
    const late = Array.from({ length: 20 }, newSid);
    const [first, second] = await Promise.all([
      sessions.applyEnded(subjectEnded(person, at(5), 'all-1'), at(6)),
      sessions.applyEnded(subjectEnded(person, at(4), 'all-2'), at(6)),
      ...late.map((sid) => sessions.open(sessionOf(sid, at(0), person), at(6))),
    ]);
    expect(first + second).toBeGreaterThanOrEqual(10_000);
    expect(await living(person)).toEqual([]);
    for (const sid of late) expect((await sessions.open(sessionOf(sid, at(0), person), at(7))).revoked).toBeDefined();
    expect(await living(other)).toHaveLength(10);
  }, 60_000);

  it('gives the same result in whatever order, and however often, events and openings come', async () => {
    let round = 0;
    const order = fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(order, async (steps) => {
        const person = parseSub(`person-${(round += 1)}`)!;
        const [early, late] = [newSid(), newSid()];
        const actions = [
          () => sessions.open(sessionOf(early, at(0), person), at(20)),
          () => sessions.open(sessionOf(late, at(10), person), at(20)),
          () => sessions.applyEnded(subjectEnded(person, at(5), `e-${round}`), at(20)),
          () => sessions.applyEnded(subjectEnded(person, at(5), `e-${round}`), at(21)),
          () => sessions.applyEnded(subjectEnded(person, at(3), `f-${round}`), at(22)),
          () => sessions.open(sessionOf(early, at(0), person), at(23)),
        ];
        for (const step of steps) await actions[step]!();
        expect((await sessions.open(sessionOf(early, at(0), person), at(24))).revoked).toBeDefined();
        expect((await sessions.open(sessionOf(late, at(10), person), at(24))).revoked).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it('gives the living sessions of an issuer page by page, each once, and none that is revoked or over', async () => {
    const own = new AppDatabase(await freshDatabase('app'));
    try {
      const store = prismaAppSessions(own);
      const sids = Array.from({ length: 5 }, newSid);
      for (const sid of sids) await store.open(sessionOf(sid, at(0)), at(1));
      await store.open({ ...sessionOf(newSid(), at(0)), expiresAt: at(10) }, at(1));
      await store.open({ ...sessionOf(newSid(), at(0)), iss: 'https://another.example' }, at(1));
      await store.applyEnded(sessionEnded(sids[2]!, at(2)), at(3));
      const pages = [await store.after(ISSUER, undefined, 2, at(10))];
      while (pages.at(-1)!.length > 0) pages.push(await store.after(ISSUER, pages.at(-1)!.at(-1), 2, at(10)));
      expect(pages.flat()).toEqual(sids.filter((sid) => sid !== sids[2]).sort());
    } finally {
      await own.$disconnect();
    }
  });

  it('keeps the place in the stream: the last word counts', async () => {
    expect(await sessions.find()).toBeUndefined();
    const places = [
      { stream: 'S@2026-11-22T12:00:00Z', sequence: 2 ** 40, at: at(1) },
      { stream: 'S@2026-11-23T12:00:00Z', sequence: 0, at: at(2) },
    ];
    for (const place of places) {
      await sessions.keep(place);
      expect(await sessions.find()).toEqual(place);
    }
  });
});
