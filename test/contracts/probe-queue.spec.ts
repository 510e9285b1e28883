import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { PgProbeSignal, PrismaIssuerHealth, PrismaPollerGauges, WOKEN_AT } from '#store';
import { claimDue } from '../../libs/store/src/sql/claim-due.js';
import { hubForSuite } from '../support/hub.js';
import { browserOf, signInOf } from '../support/sign-ins.js';
import { until } from '../support/until.js';

const laneOf = (iss: string) => ({ iss, clientId: 'gateway' });

describe('ProbeQueue in Postgres', () => {
  const hub = hubForSuite();
  const after = (ms: number) => new Date(hub().clock.now().getTime() + ms);
  /** Opens sessions at an issuer that no other test uses. */
  const openDue = async (iss: string, count: number) => {
    for (let n = 0; n < count; n += 1) {
      const person = `${iss}-${n}`;
      await hub().sessions.open(
        signInOf(person, hub().clock.now(), { iss, idpSid: person }),
        browserOf(randomUUID(), hub().clock.now()),
      );
    }
  };

  const rowsOf = (iss: string) => hub().database.ssoSession.findMany({ where: { iss }, orderBy: { id: 'asc' } });
  const gaugeOf = async (iss: string) =>
    (await new PrismaPollerGauges(hub().database).read([laneOf(iss)], after(0))).issuers[0];

  it('gives every due session to one poller only', async () => {
    await openDue('https://one.example', 40);
    const claims = await Promise.all(
      Array.from({ length: 5 }, () =>
        hub().queue.claim(laneOf('https://one.example'), hub().clock.now(), after(30_000), 20),
      ),
    );
    const sids = claims.flat().map(({ sid }) => sid);
    expect(new Set(sids).size).toBe(sids.length);
    const rest = await hub().queue.claim(laneOf('https://one.example'), hub().clock.now(), after(30_000), 100);
    expect(sids.length + rest.length).toBe(40);
  });

  it('gives a session to another poller when the lease ends, and then takes nothing more from the first', async () => {
    const iss = 'https://two.example';
    await openDue(iss, 1);
    const [first] = await hub().queue.claim(laneOf(iss), hub().clock.now(), after(30_000), 10);
    expect(await hub().queue.claim(laneOf(iss), after(29_999), after(60_000), 10)).toEqual([]);
    const [second] = await hub().queue.claim(laneOf(iss), after(30_000), after(60_000), 10);
    expect(second?.sid).toBe(first?.sid);
    const record = { dueAt: after(900_000), checkedAt: undefined, weakEndedAt: undefined, unknown: undefined };
    expect(await hub().queue.record(first!, record)).toBe(false);
    expect(await hub().queue.record(second!, record)).toBe(true);
  });

  it('a claim leaves when a session is due as it was; the loop does not wait for what somebody asks about', async () => {
    const iss = 'https://thirteen.example';
    await openDue(iss, 2);
    const due = async () => (await rowsOf(iss)).map(({ probeDueAt }) => probeDueAt);
    const before = await due();
    const [first] = await hub().queue.claim(laneOf(iss), after(0), after(30_000), 1);
    expect(await due()).toEqual(before);
    expect(await hub().queue.nextDueAt(laneOf(iss), after(0))).toEqual(before[0]); // the other
    const [second] = await hub().queue.claim(laneOf(iss), after(0), after(30_000), 10);
    expect(await hub().queue.nextDueAt(laneOf(iss), after(0))).toBeUndefined();
    expect((await gaugeOf(iss))?.dueAt).toBeUndefined();
    expect(await hub().queue.nextDueAt(laneOf(iss), after(30_000))).toEqual(before[0]); // the poller died
    const left = { checkedAt: after(0), weakEndedAt: undefined, unknown: undefined };
    await hub().queue.record(first!, { ...left, dueAt: after(900_000) });
    await hub().queue.giveBack([second!], after(1));
    expect((await rowsOf(iss)).map(({ leaseEndsAt }) => leaseEndsAt)).toEqual([null, null]);
    expect((await due()).sort((a, b) => a.getTime() - b.getTime())).toEqual([after(1), after(900_000)]);
    expect((await gaugeOf(iss))?.dueAt).toEqual(after(1));
  });

  it('a claim writes no index (HOT): an index over one of the columns that it changes would cost every claim', async () => {
    const iss = 'https://hot.example';
    await openDue(iss, 20);
    const { text, values } = claimDue(laneOf(iss), after(0), after(30_000), randomUUID(), 2);
    const client = new pg.Client({ connectionString: hub().url });
    await client.connect();
    await client.query('BEGIN');
    const { rowCount } = await client.query(text, values);
    const { rows } = await client.query(
      `SELECT n_tup_upd::int AS written, n_tup_hot_upd::int AS hot FROM pg_stat_xact_user_tables WHERE relname = 'SsoSession'`,
    );
    await client.end();
    expect([rowCount, rows]).toEqual([2, [{ written: 2, hot: 2 }]]);
  });

  it('T136: an answer about tokens that have changed meanwhile is void', async () => {
    const iss = 'https://three.example';
    await openDue(iss, 1);
    const [claimed] = await hub().queue.claim(laneOf(iss), hub().clock.now(), after(30_000), 10);
    await openDue(iss, 1); // the same IdP session signs in again: newer tokens
    expect(
      await hub().queue.record(claimed!, {
        dueAt: after(1),
        checkedAt: undefined,
        weakEndedAt: after(0),
        unknown: undefined,
      }),
    ).toBe(false);
  });

  it('hands out the tokens, and what earlier probes left', async () => {
    const iss = 'https://four.example';
    await openDue(iss, 1);
    const [claimed] = await hub().queue.claim(laneOf(iss), hub().clock.now(), after(30_000), 10);
    expect(claimed?.tokens?.refreshToken).toBe(`refresh-${iss}-0`);
    await hub().queue.record(claimed!, {
      dueAt: after(10_000),
      checkedAt: undefined,
      weakEndedAt: after(0),
      unknown: undefined,
    });
    expect(await hub().queue.nextDueAt(laneOf(iss), after(0))).toEqual(after(10_000));
    const [again] = await hub().queue.claim(laneOf(iss), after(10_000), after(40_000), 10);
    expect(again?.weakEndedAt).toEqual(after(0));
  });

  it('remembers when the token that was asked about runs out', async () => {
    const iss = 'https://eight.example';
    await openDue(iss, 1);
    const [claimed] = await hub().queue.claim(laneOf(iss), hub().clock.now(), after(30_000), 10);
    await hub().queue.record(claimed!, {
      ...{ dueAt: after(0), checkedAt: after(0), weakEndedAt: undefined, unknown: undefined },
      tokenExpiresAt: { of: 'refresh_token', at: after(1_800_000) },
    });
    const [again] = await hub().queue.claim(laneOf(iss), after(0), after(30_000), 10);
    expect(again?.tokens?.refreshExpiresAt).toEqual(after(1_800_000));
  });

  it('gives back what was not asked about: it is due at once for others, and the first may not record it', async () => {
    const iss = 'https://ten.example';
    await openDue(iss, 3);
    const claimed = await hub().queue.claim(laneOf(iss), after(0), after(30_000), 10);
    await hub().queue.giveBack(claimed.slice(0, 2), after(0));
    const again = await hub().queue.claim(laneOf(iss), after(0), after(30_000), 10);
    expect(again.map(({ sid }) => sid).sort()).toEqual(
      claimed
        .slice(0, 2)
        .map(({ sid }) => sid)
        .sort(),
    );
    await hub().queue.giveBack(claimed, after(0)); // two of them are others' by now
    expect(await hub().queue.claim(laneOf(iss), after(0), after(30_000), 10)).toHaveLength(1);
    await hub().queue.giveBack([], after(0));
  });

  it('gives back what the brake holds as before, and what was woken before all others', async () => {
    const iss = 'https://eleven.example';
    await openDue(iss, 3);
    const claimed = await hub().queue.claim(laneOf(iss), after(0), after(30_000), 10);
    const [held, woken] = claimed;
    await hub().database.ssoSession.update({ where: { id: held!.sid }, data: { heldAt: after(0) } });
    await hub().database.ssoSession.update({ where: { id: woken!.sid }, data: { asleepSince: after(0) } });
    await hub().queue.giveBack(claimed, after(0));
    const again = await hub().queue.claim(laneOf(iss), after(0), after(30_000), 1);
    expect(again.map(({ sid }) => sid)).toEqual([woken!.sid]);
    expect(await hub().queue.claim(laneOf(iss), after(0), after(30_000), 10)).toHaveLength(1);
  });

  it('lets a session sleep that nobody uses, and no other; whoever wakes it is heard', async () => {
    const iss = 'https://twelve.example';
    await openDue(iss, 1);
    const [claimed] = await hub().queue.claim(laneOf(iss), after(0), after(30_000), 10);
    expect(await hub().queue.sleep(claimed!, after(0), after(-1))).toBe(false); // used since
    expect(await hub().queue.sleep(claimed!, after(0), after(1))).toBe(true);
    expect(await hub().queue.claim(laneOf(iss), after(60_000), after(90_000), 10)).toEqual([]);
    const signal = new PgProbeSignal(hub().url);
    const heard: (string | undefined)[] = [];
    await signal.listen((woken) => heard.push(woken));
    await hub().database.ssoSession.updateMany({ where: { iss }, data: { probeDueAt: WOKEN_AT } });
    await until('it is heard', () => (heard.includes(iss) ? true : undefined));
    heard.length = 0;
    const [woken] = await hub().queue.claim(laneOf(iss), after(0), after(30_000), 10);
    expect(woken?.asleepSince).toEqual(after(0));
    await hub().database.$executeRaw`SELECT pg_notify('probe_due', 'after the claim')`;
    await until('what comes after the claim is heard', () => (heard.includes('after the claim') ? true : undefined));
    await hub().queue.giveBack([woken!], after(0));
    await until('it is heard again', () => (heard.includes(iss) ? true : undefined));
    expect(heard).toEqual(['after the claim', iss]); // the claim itself says nothing
    await signal.close();
  });

  it('claims neither ended nor expired sessions', async () => {
    const iss = 'https://five.example';
    await openDue(iss, 1);
    expect(await hub().queue.nextDueAt(laneOf(iss), after(0))).toBeDefined();
    expect(await hub().queue.claim(laneOf(iss), after(3_600_000), after(3_700_000), 10)).toEqual([]);
    expect(await hub().queue.nextDueAt(laneOf(iss), after(3_600_000))).toBeUndefined();
  });

  it('a session whose tokens can’t be decrypted here keeps no other from being claimed', async () => {
    const iss = 'https://seven.example';
    await openDue(iss, 2);
    const [row] = await hub().database.ssoSession.findMany({ where: { iss } });
    await hub().database.ssoSession.update({ where: { id: row!.id }, data: { idToken: 'v1.newer-key.AAAA' } });
    const claimed = await hub().queue.claim(laneOf(iss), hub().clock.now(), after(30_000), 10);
    expect(claimed.map(({ sid, tokens }) => [sid === row!.id, tokens === undefined])).toEqual(
      expect.arrayContaining([
        [true, true],
        [false, false],
      ]),
    );
  });

  it('remembers that a way of asking works', async () => {
    const health = new PrismaIssuerHealth(hub().database);
    const six = 'https://six.example';
    expect((await health.calibrationOf(laneOf(six), 'introspect')).since).toBeUndefined();
    await health.noteActive(laneOf(six), 'introspect', after(0));
    await health.noteActive(laneOf(six), 'introspect', after(60_000));
    expect(await health.calibrationOf(laneOf(six), 'introspect')).toEqual({
      since: after(0),
      lastActiveAt: after(60_000),
    });
    expect((await health.calibrationOf(laneOf(six), 'userinfo')).since).toBeUndefined();
  });

  it('a way of asking that said "ended" of a fresh session, and active of none since, counts no more', async () => {
    const health = new PrismaIssuerHealth(hub().database);
    const nine = 'https://nine.example';
    await health.noteActive(laneOf(nine), 'introspect', after(0));
    await health.doubt(laneOf(nine), 'introspect', after(0));
    expect((await health.calibrationOf(laneOf(nine), 'introspect')).since).toEqual(after(0)); // it said active no earlier
    await health.doubt(laneOf(nine), 'introspect', after(1));
    expect((await health.calibrationOf(laneOf(nine), 'introspect')).since).toBeUndefined();
    await health.noteActive(laneOf(nine), 'introspect', after(2));
    expect((await health.calibrationOf(laneOf(nine), 'introspect')).since).toEqual(after(2));
  });

  it('what was not believed of an unproved way of asking is asked again within a minute once it has proved itself', async () => {
    const health = new PrismaIssuerHealth(hub().database);
    const ten = 'https://unproved.example';
    await openDue(ten, 2);
    const [doubted, throttled] = await hub().queue.claim(laneOf(ten), after(0), after(30_000), 2);
    const left = { dueAt: after(900_000), checkedAt: undefined, weakEndedAt: undefined };
    const recorded = [
      await hub().queue.record(doubted!, { ...left, unknown: { count: 1, reason: 'uncalibrated', at: after(0) } }),
      await hub().queue.record(throttled!, { ...left, unknown: { count: 1, reason: 'throttled', at: after(0) } }),
    ];
    expect(recorded).toEqual([true, true]);
    await health.noteActive(laneOf(ten), 'introspect', after(0));
    const again = await hub().queue.claim(laneOf(ten), after(60_000), after(90_000), 2);
    expect(again.map(({ sid }) => sid)).toEqual([doubted!.sid]);
    await health.noteActive(laneOf(ten), 'introspect', after(60_000)); // it goes on: nothing is asked for that
    expect(await hub().queue.claim(laneOf(ten), after(60_000), after(90_000), 2)).toEqual([]);
  });
});
