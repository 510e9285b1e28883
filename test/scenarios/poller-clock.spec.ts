import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { HubClock, HubDatabase } from '#store';
import { HubTimeService } from '../../apps/session-poller/src/time/hub-time.service.js';
import { freshDatabase } from '../support/databases.js';
import { active, pollersForSuite } from '../support/poller.js';
import { until } from '../support/until.js';

const SHIFTED = fileURLToPath(new URL('../support/shifted-time.mjs', import.meta.url));
const MINUTE_MS = 60_000;

describe('T149: a session-poller on a machine whose clock is wrong', () => {
  const { the, startPoller, signIn, rowOf, isEnded, eventsOf, probesOf, probed, calibrate } = pollersForSuite();
  const startAt = (shiftMs: number) => startPoller({ NODE_OPTIONS: `--import=${SHIFTED}`, SHIFT_MS: String(shiftMs) });
  const inMinutes = (minutes: number) => new Date(Date.now() + minutes * MINUTE_MS);

  it('an hour ahead: ends nothing and asks about nothing before its time', async () => {
    const sid = await signIn('ana');
    const data = { probeDueAt: inMinutes(30), expiresAt: inMinutes(30) };
    await the().database.ssoSession.update({ where: { id: sid }, data });
    await startAt(61 * MINUTE_MS);
    await calibrate();
    await probed(5);
    expect(probesOf('ana')).toBe(0);
    expect(await isEnded(sid)).toBeUndefined();
    expect((await rowOf(sid)).leaseId).toBeNull();
    expect(await eventsOf(sid)).toEqual([]);
  });

  it('an hour behind: asks all the same, and by the hub’s time', async () => {
    await startAt(-61 * MINUTE_MS);
    the().idp.introspection = () => active;
    const sid = await signIn('bob');
    await until('it is asked about', () => (probesOf('bob') > 2 ? true : undefined));
    const { idpCheckedAt, openedAt } = await rowOf(sid);
    expect(idpCheckedAt >= openedAt).toBe(true);
  });

  it('one that is right ends what has expired', async () => {
    const sid = await signIn('cleo');
    await the().database.ssoSession.update({ where: { id: sid }, data: { expiresAt: new Date(Date.now() + 1_000) } });
    await startPoller();
    await until('it ends', () => isEnded(sid));
    expect((await eventsOf(sid)).map(({ causeId }) => causeId)).toEqual([sid]);
  });
});

describe('the hub’s time at the start of a session-poller', () => {
  const sources = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };

  /** Starts once. Gives how long the start took, and how wrong its clock then was: Postgres runs on this machine. */
  const start = async (url: string) => {
    const [clock, database] = [new HubClock(sources), new HubDatabase(url)];
    const service = new HubTimeService(clock, database);
    const startedMs = performance.now();
    await service.onModuleInit();
    const tookMs = performance.now() - startedMs;
    const wrongMs = Math.abs(clock.now().getTime() - Date.now());
    service.onApplicationShutdown();
    await database.onApplicationShutdown();
    return { tookMs, wrongMs };
  };

  it('is not wrong by the time that the connection took to open', async () => {
    const url = await freshDatabase('hub');
    const shares: number[] = [];
    for (let times = 0; times < 7; times++) {
      const { tookMs, wrongMs } = await start(url);
      shares.push(wrongMs / tookMs);
    }
    const [, , , median] = shares.sort((a, b) => a - b);
    expect(median).toBeLessThan(0.25); // with half of the way there in it: nearly a half
  });
});
