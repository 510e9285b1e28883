import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { decodeSessionEnded, type Sid } from '#session';
import { active, inactive, pollersForSuite } from '../support/poller.js';
import { until } from '../support/until.js';

const run = promisify(execFile);
const sso = async (url: string, ...args: readonly string[]) => {
  const env = { ...process.env, HUB_DATABASE_URL: url };
  return (await run(process.execPath, ['dist/scripts/sso/main.js', ...args], { env })).stdout;
};
const linesWith = (log: string, text: string) => log.split('\n').filter((line) => line.includes(text));

describe('session-pollers, as processes, when the IdP says that everybody has gone', () => {
  const { the, hubUrl, startPoller, signIn, rowOf, eventsOf, isEnded, probed, calibrate } = pollersForSuite();

  beforeEach(async () => {
    const { issuerBrake, issuerHealth, probeCount } = the().database;
    await issuerBrake.deleteMany();
    await issuerHealth.deleteMany();
    await probeCount.deleteMany();
    the().idp.introspection = () => active;
  });

  const signInAll = async (name: string, count: number): Promise<readonly Sid[]> => {
    const sids: Sid[] = [];
    for (let n = 0; n < count; n += 1) sids.push(await signIn(`${name}-${n}`));
    return sids;
  };
  const countOf = (sids: readonly Sid[], what: object) =>
    the().database.ssoSession.count({ where: { id: { in: [...sids] }, ...what } });
  const ended = (sids: readonly Sid[]) => countOf(sids, { endedAt: { not: null } });
  const allActive = (sids: readonly Sid[]) =>
    until('every session was called active', async () => {
      const rows = await the().database.ssoSession.findMany({ where: { id: { in: [...sids] } } });
      return rows.every(({ idpCheckedAt, openedAt }) => idpCheckedAt > openedAt) ? true : undefined;
    });
  const allHeldOrEnded = (sids: readonly Sid[]) =>
    until('each has ended or is held', async () =>
      (await countOf(sids, { OR: [{ endedAt: { not: null } }, { heldAt: { not: null } }] })) === sids.length
        ? true
        : undefined,
    );
  const linesOf = async (poller: Awaited<ReturnType<typeof startPoller>>, text: string) =>
    linesWith(await poller.process.log(), text);
  const names = (name: string) => (form: URLSearchParams) =>
    form.get('token')?.startsWith(`refresh-${name}-`) === true ? inactive : active;

  it('POL-09, T139: of 60 that are all called ended ten end, one alarm is given, and a discard lets the others go on', async () => {
    const pollers = await Promise.all([1, 2].map(() => startPoller({}, { profile: 'session-sync' })));
    const sids = await signInAll('all', 60);
    await allActive(sids);
    await the().database.probeCount.deleteMany();
    the().idp.introspection = () => inactive;
    await allHeldOrEnded(sids);
    const gone = await ended(sids);
    expect(gone).toBeLessThanOrEqual(20);
    const alarms = await Promise.all(pollers.map((poller) => linesOf(poller, 'brake.held')));
    for (const lines of alarms) expect(lines.length).toBeLessThanOrEqual(1);
    expect(alarms.flat().length).toBeGreaterThan(0);
    expect(await sso(hubUrl(), 'status')).toMatch(new RegExp(`brake: held since .*, held ${60 - gone}`));
    const list = await sso(hubUrl(), 'held', the().idp.issuer);
    expect(list).toContain(`${60 - gone} held`);
    expect(list).not.toContain('all-');

    the().idp.introspection = () => active;
    expect(await sso(hubUrl(), 'discard', the().idp.issuer)).toContain(`${60 - gone} held endings are forgotten`);
    const rest = (await the().database.ssoSession.findMany({ where: { endedAt: null, id: { in: [...sids] } } })).map(
      ({ id }) => id as Sid,
    );
    await probed(120);
    expect(await countOf(rest, { endedAt: null, heldAt: null })).toBe(60 - gone);
  });

  it('releases by itself when a fresh sign-in is active and the held ones have really ended', async () => {
    const poller = await startPoller({}, { probe: { canarySub: 'canary' } });
    await calibrate();
    const sids = await signInAll('left', 40);
    await allActive(sids);
    const canary = await signIn('canary');
    the().idp.introspection = names('left');
    await until('all have ended', async () => ((await ended(sids)) === 40 ? true : undefined));
    expect(await linesOf(poller, 'brake.held')).toHaveLength(1);
    expect((await linesOf(poller, 'brake.released')).join()).toContain('by=auto');
    expect(await the().database.outboxEvent.count({ where: { sid: { in: [...sids] } } })).toBe(40);
    expect(await isEnded(canary)).toBeUndefined();
    await until('the brake is free', async () =>
      (await the().database.issuerBrake.findFirst())?.state === 'free' ? true : undefined,
    );
  });

  it('T139: stays held without a canary, and a release by an operator ends what was held, as of when it was found', async () => {
    const poller = await startPoller({}, { profile: 'session-sync', probe: { heldSessions: 'reauthenticate' } });
    const sids = await signInAll('slow', 30);
    await allActive(sids);
    the().idp.introspection = () => inactive;
    await allHeldOrEnded(sids);
    const held = (await the().database.ssoSession.findMany({ where: { id: { in: [...sids] }, endedAt: null } })).map(
      ({ id }) => id as Sid,
    );
    expect(held.length).toBeGreaterThan(0);
    for (const sid of held) expect((await rowOf(sid)).reauthReason).toBe('held');
    await until('it says why it stays', async () =>
      (await linesOf(poller, 'brake.stays idp=main reason=no_canary')).length === 1 ? true : undefined,
    );
    expect(await ended(held)).toBe(0);
    const before = new Date();
    expect(await sso(hubUrl(), 'release', the().idp.issuer)).toContain(`${held.length} endings are released`);
    await until('all have ended', async () => ((await ended(held)) === held.length ? true : undefined));
    const [event] = await eventsOf(held[0]!);
    expect(decodeSessionEnded(event!.payload).effectiveAt.getTime()).toBeLessThan(before.getTime());
    await expect(sso(hubUrl(), 'release', 'https://nobody.example')).rejects.toMatchObject({ code: 64 });
  });

  it('POL-04: an IdP that was upgraded and calls everybody inactive, fresh sign-ins too, signs out two at most', async () => {
    const poller = await startPoller();
    const sids = await signInAll('upgraded', 15);
    await allActive(sids);
    the().idp.introspection = () => inactive;
    await until('it is doubted', async () =>
      (await linesOf(poller, 'calibration.doubted')).length === 1 ? true : undefined,
    );
    const fresh = await signIn('fresh');
    await until('the fresh sign-in is not known about', async () =>
      (await rowOf(fresh)).unknownReason === 'uncalibrated' ? true : undefined,
    );
    await probed(40);
    expect(await ended(sids)).toBeLessThanOrEqual(2);
    expect(await isEnded(fresh)).toBeUndefined();
    expect(await the().database.ssoSession.count({ where: { heldAt: { not: null } } })).toBe(0);
    expect(await sso(hubUrl(), 'status')).toContain('introspect: doubted');

    the().idp.introspection = names('upgraded'); // repaired: the fresh one is active, the others have really ended
    await until('it is believed again, and what has ended ends', async () =>
      (await ended(sids)) >= 10 ? true : undefined,
    );
    expect(await isEnded(fresh)).toBeUndefined();
  });
});
