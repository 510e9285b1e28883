import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { ClaimedSession, ProbeRecord } from '#session';
import { PrismaProbeQueue, TokenCipher } from '#store';
import { hubForSuite } from '../support/hub.js';
import { browserOf, signInOf } from '../support/sign-ins.js';

const laneOf = (iss: string) => ({ iss, clientId: 'gateway' });

describe('records of probes that come at the same moment', () => {
  const hub = hubForSuite();
  const after = (ms: number) => new Date(hub().clock.now().getTime() + ms);
  const active = (): ProbeRecord => ({
    dueAt: after(900_000),
    checkedAt: after(1),
    weakEndedAt: undefined,
    unknown: undefined,
  });
  const claim = async (iss: string, count: number): Promise<readonly ClaimedSession[]> => {
    for (let n = 0; n < count; n += 1) {
      const changes = { iss, idpSid: `${iss}-${n}` };
      await hub().sessions.open(
        signInOf(`${iss}-${n}`, hub().clock.now(), changes),
        browserOf(randomUUID(), hub().clock.now()),
      );
    }
    return hub().queue.claim(laneOf(iss), hub().clock.now(), after(30_000), count);
  };
  const rowOf = ({ sid }: ClaimedSession) => hub().database.ssoSession.findUniqueOrThrow({ where: { id: sid } });
  /** Records `record` of each while somebody else has `held` in hand, who lets go when the others are written. */
  const recordAll = async (held: ClaimedSession, others: readonly ClaimedSession[], record: ProbeRecord) => {
    let ofHeld: Promise<boolean> | undefined;
    const ofOthers = await hub().database.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT 1 FROM "SsoSession" WHERE "id" = ${held.sid}::uuid FOR UPDATE`;
      ofHeld = hub().queue.record(held, record);
      return Promise.all(others.map((other) => hub().queue.record(other, record)));
    });
    return [await ofHeld, ...ofOthers];
  };

  it('are written together, and each hears what became of its own', async () => {
    const claimed = await claim('https://together.example', 20);
    const [lost, renewed, ...rest] = claimed;
    await hub().queue.giveBack([lost!], after(0));
    await hub().tokens.begin(renewed!.sid, renewed!.tokenGeneration, after(0), { leaseMs: 1_000, again: false });
    const recorded = await Promise.all(claimed.map((one) => hub().queue.record(one, active())));
    expect(recorded).toEqual([false, false, ...rest.map(() => true)]);
    const writes = await hub().database.$queryRaw<unknown[]>`
      SELECT DISTINCT xmin::text FROM "SsoSession" WHERE "iss" = 'https://together.example' AND "probeDueAt" = ${after(900_000)}`;
    expect(writes).toHaveLength(1);
    expect((await rowOf(renewed!)).probeDueAt).toEqual(after(1)); // a refresh has voided it: due at once
  });

  it.each<[string, () => ProbeRecord]>([
    ['active', () => ({ ...active(), tokenExpiresAt: { of: 'refresh_token', at: after(1_800_000) } })],
    [
      'active, by the access token',
      () => ({ ...active(), tokenExpiresAt: { of: 'access_token', at: after(300_000) } }),
    ],
    ['weakly ended', () => ({ ...active(), checkedAt: undefined, weakEndedAt: after(2) })],
    [
      'unknown for the first time',
      () => ({ ...active(), checkedAt: undefined, unknown: { count: 1, reason: 'server', at: after(3) } }),
    ],
    [
      'unknown again',
      () => ({ ...active(), checkedAt: undefined, unknown: { count: 2, reason: 'server', at: after(3) } }),
    ],
    [
      'a sign-in must come first',
      () => ({
        ...active(),
        checkedAt: undefined,
        unknown: { count: 4, reason: 'reauth', at: after(3) },
        reauth: 'idp_asks',
      }),
    ],
  ])('leave the same behind as one that is written alone: %s', async (name, record) => {
    const claimed = await claim(`https://same-${name.replaceAll(/\W/g, '')}.example`, 2);
    const said = { weakEndedAt: after(-9), unknownCount: 3, unknownReason: 'throttled', unknownSince: after(-99) };
    const against = { asleepSince: after(-8), reauthReason: 'held', heldAt: after(-7), heldEvidence: { probes: 1 } };
    for (const { sid } of claimed)
      await hub().database.ssoSession.update({ where: { id: sid }, data: { ...said, ...against } });
    const [alone, together] = claimed;
    expect(await recordAll(alone!, [together!], record())).toEqual([true, true]);
    const [{ sub }, expected] = [await rowOf(together!), await rowOf(alone!)];
    const own = ['id', 'sub', 'idpSid', 'idToken', 'accessToken', 'refreshToken'] as const;
    const left = Object.entries(await rowOf(together!)).filter(([column]) => !own.some((one) => one === column));
    expect(sub).not.toBe(expected.sub);
    expect(expected).toMatchObject(Object.fromEntries(left));
  });

  it('wait for nobody who holds one of them', async () => {
    const [held, ...others] = await claim('https://waiting.example', 5);
    expect(await recordAll(held!, others, active())).toEqual([true, true, true, true, true]);
  });

  it('two of one claim are written in their order', async () => {
    const [claimed] = await claim('https://twice.example', 1);
    const later = { ...active(), dueAt: after(600_000) };
    expect(await Promise.all([active(), later].map((one) => hub().queue.record(claimed!, one)))).toEqual([true, true]);
    expect((await rowOf(claimed!)).probeDueAt).toEqual(after(600_000));
  });

  it('one that the database refuses takes no other with it', async () => {
    const [odd, ...others] = await claim('https://refused.example', 4);
    const refused = hub().queue.record(odd!, { ...active(), dueAt: new Date(Number.NaN) });
    const written = Promise.all(others.map((other) => hub().queue.record(other, active())));
    await expect(refused).rejects.toThrow();
    expect(await written).toEqual([true, true, true]);
  });

  it('all hear that the database can’t be had', async () => {
    const [one, two] = await claim('https://closed.example', 2);
    const cipher = new TokenCipher([{ kid: 'k1', secret: Buffer.alloc(32) }]);
    const closed = new PrismaProbeQueue(hub().database, cipher, hub().url);
    await closed.onApplicationShutdown();
    const results = await Promise.allSettled([closed.record(one!, active()), closed.record(two!, active())]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
