import { describe, expect, it } from '@jest/globals';
import { decodeSessionEnded, type Sid } from '#session';
import { PrismaSessionExpiry } from '#store';
import { hubForSuite } from '../support/hub.js';
import { browserOf, signInOf } from '../support/sign-ins.js';

describe('SessionExpiry in Postgres', () => {
  const hub = hubForSuite();
  const expiry = () => new PrismaSessionExpiry(hub().database, hub().sessions);
  const after = (ms: number) => new Date(hub().clock.now().getTime() + ms);

  let cookies = 0;
  const open = async (sub: string, changes = {}): Promise<Sid> => {
    const { sessions, clock } = hub();
    const opened = await sessions.open(
      signInOf(sub, clock.now(), changes),
      browserOf(`c-${(cookies += 1)}`, clock.now()),
    );
    if (opened.kind !== 'opened') throw new Error('it was refused');
    return opened.sid;
  };
  const eventsOf = async (sid: Sid) =>
    (await hub().database.outboxEvent.findMany({ where: { sid } })).map(({ payload }) => decodeSessionEnded(payload));

  it('ends what has reached its absolute end, with an event of that moment, and nothing else', async () => {
    const [over, living] = [await open('ana', { expiresAt: after(60_000) }), await open('bob')];
    const end = after(60_000);
    hub().clock.advance(61_000);
    expect(await expiry().endExpired(hub().clock.now(), 100)).toHaveLength(1);
    expect((await hub().sessions.find(over))?.ended?.cause).toBe('session_expired');
    expect((await hub().sessions.find(living))?.ended).toBeUndefined();
    expect(await eventsOf(over)).toMatchObject([
      { cause: 'session_expired', causeId: over, effectiveAt: end, initiatingEntity: 'policy', sid: over },
    ]);
    expect(await expiry().endExpired(hub().clock.now(), 100)).toEqual([]);
  });

  it('several at once end each session once, in bounded batches', async () => {
    const sids: Sid[] = [];
    for (let n = 0; n < 40; n += 1) sids.push(await open(`many-${n}`, { expiresAt: after(1_000) }));
    hub().clock.advance(1_000);
    const counts = await Promise.all(Array.from({ length: 4 }, () => expiry().endExpired(hub().clock.now(), 15)));
    expect(Math.max(...counts.map(({ length }) => length))).toBeLessThanOrEqual(15);
    while ((await expiry().endExpired(hub().clock.now(), 15)).length > 0);
    expect(await hub().database.outboxEvent.count({ where: { sid: { in: sids } } })).toBe(40);
    expect(await hub().database.ssoSession.count({ where: { id: { in: sids }, endedAt: null } })).toBe(0);
  });

  it('knows the next end', async () => {
    await hub().database.ssoSession.updateMany({ where: { endedAt: null }, data: { expiresAt: after(50_000) } });
    await open('cleo', { expiresAt: after(5_000) });
    expect(await expiry().nextAt()).toEqual(after(5_000));
  });

  it('POL-07: a sign-in that joins a session may shorten it by the IdP’s own limit, never by another front end’s, and never extends it', async () => {
    const sid = await open('dora', { expiresAt: after(600_000) });
    const endOf = async () => (await hub().sessions.find(sid))?.expiresAt;
    await open('dora', { expiresAt: after(60_000) });
    expect(await endOf()).toEqual(after(600_000));
    await open('dora', { expiresAt: after(900_000), ceiling: after(900_000) });
    expect(await endOf()).toEqual(after(600_000));
    await open('dora', { expiresAt: after(60_000), ceiling: after(120_000) });
    expect(await endOf()).toEqual(after(120_000));
  });

  it('a sign-in that finds its session past its end tells services of that end', async () => {
    const sid = await open('emil', { expiresAt: after(1_000) });
    hub().clock.advance(2_000);
    expect(await open('emil')).not.toBe(sid);
    expect(await eventsOf(sid)).toMatchObject([{ cause: 'session_expired', causeId: sid }]);
  });
});
